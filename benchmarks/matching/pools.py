"""Pools that strata draw their records from: row numbers of the people."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from benchmarks.matching.characters import province_names
from benchmarks.matching.world import World, identity
from data_samples.province.draws import Flags, Ints

_CENTURY = -19_700  # day number: a hundred years before the study
_TWO_SLIPS = 2  # between two numbers: a slip of one may be a slip of the other


def pools(world: World) -> Mapping[str, Ints]:
    people = world.people
    relation, insured = people["relation"], people["person_no"].is_not_null().to_numpy()
    partner = people["partner"].to_numpy()
    both = insured & insured[np.maximum(partner, 0)] & (partner >= 0)
    twin = (relation == "TWIN").to_numpy()
    error = people["registry_error"].cast(pl.String)
    anybody, namesake = ((relation == name).to_numpy() for name in ("", "NAMESAKE"))
    is_near = _is_near_partner(people, namesake)
    plain = (people["partner"] < 0).to_numpy()
    flags: dict[str, Flags] = {
        "ANYBODY": anybody,
        "HAS_RELATIVE": anybody & _has_relative(people),
        "FORMER_NUMBER": anybody & people["is_renumbered"].to_numpy(),
        "FORMER_NAME": anybody & people["former_name"].is_not_null().to_numpy(),
        "DOTTED": plain & people["name"].str.contains("·", literal=True).to_numpy(),
        "RARE": plain & people["name"].str.contains_any(list(province_names()["rare_characters"])).to_numpy(),
        "HOLDS_FIFTEEN": anybody & error.str.contains("FIFTEEN", literal=True).to_numpy(),
        "CENTENARIAN": plain & (people["birth"] < _CENTURY).to_numpy(),
        "TOP_100": anybody & people["name"].is_in(_top_names(people).implode()).to_numpy(),
        "CONSECUTIVE": anybody & _has_neighbour(people),
        "TWINS_BOTH": twin & both,
        "TWINS_ONE": twin & ~both,
        "SAME_SOUNDING_TWINS": (relation == "SAME_SOUNDING_TWIN").to_numpy(),
        "SAME_NAMED_TWINS": (relation == "SAME_NAMED_TWIN").to_numpy(),
        "NAMESAKES": namesake & ~is_near,
        "NAMESAKES_NEAR": is_near,
        "RECYCLED": (relation == "RECYCLED").to_numpy(),
        "REGISTRY_ERROR": anybody & (~error.is_in(["", "FIFTEEN"])).to_numpy(),
    }
    return {name: np.flatnonzero(flag) for name, flag in flags.items()}


def _is_near_partner(people: pl.DataFrame, wanted: Flags) -> Flags:
    rows = np.flatnonzero(wanted)
    partners = people["partner"].gather(rows).to_numpy()
    one, other = (identity(people, side)["number"].to_list() for side in (rows, partners))
    near = np.zeros(people.height, dtype=np.bool_)
    near[rows] = cpdist(one, other, scorer=OSA.distance) <= _TWO_SLIPS
    return near


def _has_relative(people: pl.DataFrame) -> Flags:
    """Whether a person has a relative of another name; relatives of the same name are drawn by their relation."""
    relative, name = people["relative"].to_numpy(), people["name"]
    others = name.gather(np.maximum(relative, 0))
    return np.asarray((relative >= 0) & (name != others).to_numpy(), dtype=np.bool_)


def _top_names(people: pl.DataFrame) -> pl.Series:
    counts = people["name"].value_counts(sort=True, name="n")
    return counts.sort("n", "name", descending=[True, False]).head(100)["name"]


def _has_neighbour(people: pl.DataFrame) -> Flags:
    """An insured person of the same area, day and sex holds the sequence before or after."""
    cell = people["code"].to_numpy().astype(np.int64) * 80_000 + people["birth"].to_numpy() + 40_000
    body = cell * 1000 + people["sequence"].to_numpy()
    held = np.sort(body[people["person_no"].is_not_null().to_numpy()])
    found = np.zeros(len(body), dtype=np.bool_)
    for step in (-2, 2):
        at = np.minimum(np.searchsorted(held, body + step), len(held) - 1)
        found |= held[at] == body + step
    return found
