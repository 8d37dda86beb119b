"""The figures: links held against the truth, per pass, feed, stratum, error and system."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from benchmarks.intervals import exact_share, share
from benchmarks.matching.linkage import Linked
from benchmarks.matching.strata import APART

Figure = dict[str, Any]
PASSES: Final = tuple(f"P{number}" for number in range(1, 10))
ACTING: Final = ("EXACT", "STRONG")
_IS_WRONG: Final = pl.col("linked").is_not_null() & (pl.col("linked") != pl.col("person_no")).fill_null(True)
_IS_RIGHT: Final = (pl.col("linked") == pl.col("person_no")).fill_null(False)
_APART: Final = pl.col("stratum").is_in(APART)


def judged(records: pl.DataFrame, linked: Linked) -> pl.DataFrame:
    """Records with linked, match_pass, match_tier, listed (candidates) and is_found: the true person is linked or
    listed."""
    listed = linked.candidates.group_by("row").agg(pl.col("candidate"), listed=pl.len())
    whole = records.join(linked.answers, on="row", how="left", maintain_order="left")
    whole = whole.join(listed, on="row", how="left", maintain_order="left")
    among = pl.col("candidate").list.contains(pl.col("person_no")).fill_null(False)
    return whole.with_columns(
        is_wrong=_IS_WRONG, is_right=_IS_RIGHT, is_found=_IS_RIGHT | among, listed=pl.col("listed").fill_null(0)
    ).drop("candidate")


def checked(links: pl.DataFrame) -> Figure:
    """Links held against the truth: how many, how many wrong, and the upper bound of the wrong share at 95 %."""
    made = links.filter(pl.col("linked").is_not_null())
    wrong = int(made["is_wrong"].sum())
    return {"checked": made.height, "wrong": wrong, "upper_bound": exact_share(wrong, made.height)["high"]}


def passes(rows: pl.DataFrame) -> Figure:
    """Each pass over all strata but those counted apart; those beside it."""
    return {
        name: checked(rows.filter((pl.col("match_pass") == name) & ~_APART))
        | {"apart": checked(rows.filter((pl.col("match_pass") == name) & _APART))}
        for name in PASSES
    }


def feeds(rows: pl.DataFrame) -> list[Figure]:
    """One row per kind of feed and pass, without the strata counted apart."""
    return [
        {"feed": feed, "pass": name} | checked(part)
        for (feed, name), part in _groups(rows.filter(~_APART & pl.col("linked").is_not_null()), "feed", "match_pass")
    ]


def strata_by_pass(rows: pl.DataFrame) -> list[Figure]:
    """One row per stratum and pass that linked."""
    made = rows.filter(pl.col("linked").is_not_null())
    found = {key: checked(part) for key, part in _groups(made, "stratum", "match_pass")}
    order = list(dict.fromkeys(rows["stratum"]))
    keys = sorted(found, key=lambda key: (order.index(key[0]), key[1]))
    return [{"stratum": stratum, "pass": name} | found[stratum, name] for stratum, name in keys]


def strata(rows: pl.DataFrame) -> Figure:
    return {name: _recall(part) for (name,), part in _groups(rows, "stratum")}


def error_types(rows: pl.DataFrame) -> Figure:
    """Each kind of error over all strata but those counted apart, whatever else is wrong with the record."""
    plain = rows.filter(~_APART)
    kinds = {"number": "number_error", "name": "name_error", "birth_date": "birth_error", "registry": "registry_error"}
    return {
        column: {kind or "NONE_PLANTED": _recall(part) for (kind,), part in _groups(plain, error)}
        for column, error in kinds.items()
    }


def _recall(part: pl.DataFrame) -> Figure:
    """Of members: linked; linked by a pass that acts; linked or listed; the same where the record gives the right birth
    date, and where nothing else is wrong. Of strangers: linked (always wrong) and with candidates listed."""
    members = part.filter(pl.col("person_no").is_not_null())
    strangers = part.filter(pl.col("person_no").is_null())
    dated, alone = (members.filter(flag) for flag in ("birth_is_right", "is_alone"))
    return {
        "members": members.height,
        "strangers": strangers.height,
        "recall": share(int(members["is_right"].sum()), members.height),
        "recall_acting": share(int((members["is_right"] & members["match_tier"].is_in(ACTING)).sum()), members.height),
        "found": share(int(members["is_found"].sum()), members.height),
        "recall_alone": share(int(alone["is_right"].sum()), alone.height),
        "found_alone": share(int(alone["is_found"].sum()), alone.height),
        "found_birth_date_right": share(int(dated["is_found"].sum()), dated.height),
        "members_linked_wrong": int(members["is_wrong"].sum()),
        "strangers_linked": int(strangers["is_wrong"].sum()),
        "strangers_listed": int((strangers["listed"] > 0).sum()),
    }


def system(rows: pl.DataFrame) -> Figure:
    """Of one way of linking (row, stratum, person_no, linked): precision and recall per stratum and together."""
    groups = [("all", rows.filter(~_APART)), *((name, part) for (name,), part in _groups(rows, "stratum"))]
    return {name: _system(part) for name, part in groups}


def _system(links: pl.DataFrame) -> Figure:
    part = links.with_columns(is_wrong=_IS_WRONG, is_right=_IS_RIGHT)
    counted = checked(part)
    members = int(part["person_no"].is_not_null().sum())
    precision = exact_share(counted["checked"] - counted["wrong"], counted["checked"])
    return counted | {"precision": precision["share"], "recall": share(int(part["is_right"].sum()), members)}


def _groups(frame: pl.DataFrame, *keys: str) -> Iterable[tuple[tuple[Any, ...], pl.DataFrame]]:
    return frame.partition_by(*keys, as_dict=True, maintain_order=True).items()


def at_our_precision(ours: Figure, weighted: pl.DataFrame) -> Figure:
    """Of each stratum the most a weighing rival (match_weight) finds while it errs no more often than we do there.

    Its threshold is set per stratum with the truth in hand, which favours the rival.
    """
    groups = [("all", weighted.filter(~_APART)), *((name, part) for (name,), part in _groups(weighted, "stratum"))]
    return {name: _system(part.with_columns(linked=_above(part, ours[name]))) for name, part in groups if name in ours}


def _above(part: pl.DataFrame, ours: Figure) -> pl.Expr:
    """Links above the lowest weight at which the rival is as precise; none where it never is."""
    made = part.filter(pl.col("linked").is_not_null()).with_columns(is_right=_IS_RIGHT)
    by_weight = made.group_by("match_weight").agg(pl.len(), right=pl.col("is_right").sum())
    by_weight = by_weight.sort("match_weight", descending=True).with_columns(pl.col("len", "right").cum_sum())
    wanted = 1.0 if ours["precision"] is None else ours["precision"]
    precise = by_weight.filter(pl.col("right") >= wanted * pl.col("len"))
    lowest = precise["match_weight"].min()
    return pl.when(pl.col("match_weight") >= lowest).then("linked") if precise.height else pl.lit(None, dtype=pl.Int64)


def verdicts(ours: Mapping[str, Figure], rival: Mapping[str, Figure]) -> Figure:
    """Per stratum, of two ways of linking the same records: BETTER (finds as many or more and errs no more often),
    WORSE (finds fewer or errs more often, and is not better in the other), else what the rival is: LESS_PRECISE (finds
    more, errs more) or MORE_PRECISE (finds fewer, errs less).
    """
    return {name: _verdict(ours[name], rival[name]) for name in ours if name in rival}


def _verdict(ours: Figure, rival: Figure) -> str:
    precision, other = (1.0 if one["precision"] is None else one["precision"] for one in (ours, rival))
    found, others = ours["recall"]["hits"], rival["recall"]["hits"]
    if precision >= other:
        return "BETTER" if found >= others else ("RIVAL_LESS_PRECISE" if precision > other else "WORSE")
    return "RIVAL_MORE_PRECISE" if found > others else "WORSE"
