"""Names by ear: a key that two names share whenever they sound alike, readings without tone.

A character may have several readings, so a name may have several keys: one for each way of reading its first, second
and last character. Sharing a key is only where to look; `likeness` compares every character.
"""

from typing import Final

import polars as pl

from matchers.tables import readings

# above every reading's number and every code point: three of them fit in 63 bits
_BASE: Final = 1 << 21
_SLICE: Final = 500_000


def sound_keys(names: pl.DataFrame, keep: str) -> pl.DataFrame:
    """Sound keys of `names` (name_key): sound (int64) and the column to `keep`; the empty name has none."""
    known = names.filter(pl.col("name_key") != "")
    slices = known.iter_slices(_SLICE) if known.height else [known]
    return pl.concat([_keys(part).select("sound", keep) for part in slices])


def _keys(names: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("name_key")
    spoken = names.with_columns(sound=pl.lit(0, pl.Int64))
    for character in (key.str.slice(0, 1), key.str.slice(1, 1), key.str.slice(-1, 1)):
        ways = _ways(names.select(character.unique().alias("character"))["character"])
        joined = spoken.with_columns(character=character).join(ways, on="character", maintain_order="left")
        spoken = joined.with_columns(sound=pl.col("sound") * _BASE + pl.col("way")).drop("character", "way")
    return spoken


def _ways(characters: pl.Series) -> pl.DataFrame:
    """character, way: a number for each reading; a character without a known reading only sounds like itself."""
    spoken = readings()
    place = {reading: at for at, reading in enumerate(sorted(set().union(*spoken.values())))}
    rows = []
    for character in characters.to_list():
        # above the places of the readings; the empty text stands for a place the name does not have
        itself = len(place) + (ord(character) + 1 if character else 0)
        ways = sorted(place[reading] for reading in spoken.get(character, ())) or [itself]
        rows += [(character, way) for way in ways]
    return pl.DataFrame(rows, {"character": pl.String, "way": pl.Int64}, orient="row")
