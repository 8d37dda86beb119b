"""Which characters sound alike, look alike or are one another's traditional form, for planting errors.

None of it is the matcher's: sound is from the `xpinyin` package (Mandarin readings without tone), look from the order
of strokes (`compile_look_alikes`) and pairs of our own, traditional forms from a list of our own. So what is planted is
not by construction what the matcher's tables undo.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from data_samples.province.parameters import HERE

Mates = Mapping[str, str]  # character → the characters that may be written for it
OWN: Final = Path(__file__).with_name("characters.yaml")
LOOK_ALIKES: Final = Path(__file__).with_name("look_alikes.csv")
_LEADS: Final = range(0xB0, 0xD8)  # rows of GB 2312 level 1: the 3,755 common characters


@cache
def common_characters() -> str:
    """GB 2312 level 1, in the order of the standard."""
    cells = (bytes((lead, trail)) for lead in _LEADS for trail in range(0xA1, 0xFF))
    return "".join(cell.decode("gb2312", errors="ignore") for cell in cells)


@cache
def sounds() -> Mapping[str, str]:
    """Character → syllable without tone, of the first reading."""
    lines = files("xpinyin").joinpath("Mandarin.dat").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {chr(int(point, 16)): reading.split()[0].rstrip("012345").upper() for point, reading in pairs}


@cache
def homophones() -> Mates:
    """Common characters of the same syllable, whatever the tone."""
    return _grouped({character: sounds()[character] for character in common_characters() if character in sounds()})


@cache
def look_alikes() -> Mates:
    """Pairs of our own, and common characters written alike but for a stroke."""
    found = defaultdict(set)
    for line in LOOK_ALIKES.read_text(encoding="utf-8").splitlines()[1:]:
        character, mates = line.split(",")
        found[character] |= set(mates)
    for group in _own()["look_alikes"]:
        for character in group:
            found[character] |= set(group) - {character}
    return {character: "".join(sorted(mates)) for character, mates in found.items()}


@cache
def traditional() -> Mates:
    forms: dict[str, str] = _own()["traditional"]
    return forms


@cache
def province_names() -> Any:
    """The tables the simulated province draws its names from."""
    return yaml.safe_load((HERE / "names.yaml").read_text(encoding="utf-8"))


def sound_key(names: pl.Series) -> pl.Series:
    """Syllables of a name run together: equal for names that sound the same but for the tone."""
    return names.str.replace_many(list(sounds()), [f"{sound} " for sound in sounds().values()])


def _grouped(kinds: Mapping[str, str]) -> Mates:
    groups = defaultdict(str)
    for character, kind in kinds.items():
        groups[kind] += character
    mates = {character: groups[kind].replace(character, "") for character, kind in kinds.items()}
    return {character: others for character, others in mates.items() if others}


def _own() -> Any:
    return yaml.safe_load(OWN.read_text(encoding="utf-8"))
