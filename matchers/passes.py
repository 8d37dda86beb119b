"""The passes: a record is tied to one person by number and name, or to nobody, or left to a human.

P1  valid number of exactly one person, name as that person is written
P2  the same after conversions that lose nothing, or by a former number or name on file
P5  valid number of a person of another name: never a match, never passed on

No name is compared for likeness and no tie is broken: whoever else holds the number, now or once, and fits is a rival.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.names import name_key
from matchers.numbers import read_numbers
from schemas.codes import AgreementLevel, DateLevel, MatchState, MatchTier, NameLevel, NumberLevel

_PAIR: Final = ["row", "holder"]


@dataclass(frozen=True, slots=True)
class Registry:
    """`holders`: body, holder, is_former (number). `names`: holder, name_key, raw_name, name, is_former (name)."""

    holders: pl.DataFrame
    names: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Matches:
    """`answers`: one row per record, in the order asked. `candidates`: one row per record × person in play."""

    answers: pl.DataFrame
    candidates: pl.DataFrame


def index_registry(persons: pl.DataFrame, aliases: pl.DataFrame, residences: pl.DataFrame) -> Registry:
    """Persons (person_no, id_number, name, raw_name, sex, birth_date), aliases (person_no, kind, value) and residences
    (person_no, county_code), ready to be matched.

    Of what a person holds both now and formerly, now counts. A number that is not valid is held by nobody.
    """
    other, called = (aliases.filter(pl.col("kind") == kind) for kind in ("id_number", "name"))
    holders = _now_or_once(
        _holders(persons["person_no"], persons["id_number"]), _holders(other["person_no"], other["value"]), "body"
    )
    names = _now_or_once(
        _names(persons["person_no"], persons["name"], persons["raw_name"]),
        _names(called["person_no"], called["value"], called["value"]),
        "name_key",
    )
    return Registry(holders=holders, names=names)


def _holders(person_no: pl.Series, number: pl.Series) -> pl.DataFrame:
    held = pl.DataFrame({"holder": person_no, "body": read_numbers(number)["body"]})
    return held.filter(pl.col("body").is_not_null())


def _names(person_no: pl.Series, name: pl.Series, raw_name: pl.Series) -> pl.DataFrame:
    named = pl.DataFrame({"holder": person_no, "name": name, "raw_name": raw_name})
    return named.with_columns(name_key=name_key(pl.col("name"))).filter(pl.col("name_key") != "")


def _now_or_once(now: pl.DataFrame, once: pl.DataFrame, what: str) -> pl.DataFrame:
    """Unique by holder and `what`; the few former ones are looked up, the many present ones only scanned."""
    key = ["holder", what]
    single = once.sort(*key, *(c for c in once.columns if c not in key)).unique(key, keep="first")
    still = now.join(single, on=key, how="semi").select(key)
    gone = single.join(still, on=key, how="anti")
    return pl.concat([now.with_columns(is_former=pl.lit(False)), gone.with_columns(is_former=pl.lit(True))])


def match_records(records: pl.DataFrame, registry: Registry, *, prior: float) -> Matches:
    """Row for row of `records` (`read_records` with row, birth_date, sex, county_code), in the order given.

    `prior` is the share of the records whose person is insured, as far as known beforehand.
    """
    pairs = _pairs(records, registry)
    judged = records.join(_judged(pairs), on="row", how="left", maintain_order="left")
    held = pl.col("holders").is_not_null()
    matched = held & pl.col("agrees") & ~pl.col("has_rival")
    reason = (
        pl.when(matched).then(_conversions())
        .when(held & pl.col("has_rival")).then(pl.lit("RIVALS"))
        .when(held & (pl.col("name_key") == "")).then(pl.lit("NO_NAME"))
        .when(held).then(pl.lit("OTHER_NAME"))
        .when(pl.col("body").is_not_null()).then(pl.lit("UNKNOWN_ID"))
        .when(pl.col("number") == "").then(pl.lit("NO_ID"))
        .otherwise(pl.lit("BAD_ID"))
    )  # fmt: skip
    state = (
        pl.when(matched).then(pl.lit(MatchState.MATCHED.value))
        .when(held).then(pl.lit(MatchState.AMBIGUOUS.value))
        .otherwise(pl.lit(MatchState.NONE.value))
    )  # fmt: skip
    decided = judged.with_columns(match_state=state, match_reason=reason)
    considered = pl.col("holders").list.len().fill_null(0).cast(pl.Int64)
    answers = decided.select(
        "row",
        pl.when(matched).then("holder").alias("person_no"),
        "match_state",
        _pass().alias("match_pass"),
        _tier().alias("match_tier"),
        "match_reason",
        by_former_number=matched & pl.col("by_former_number"),
        by_former_name=matched & pl.col("by_former_name"),
        considered=considered,
        rivals=pl.when(considered > 1).then(considered - 1).otherwise(0),
    )
    in_play = decided.filter(pl.col("match_state") == MatchState.AMBIGUOUS.value).explode("holders")
    return Matches(answers, _candidates(in_play))


def _tier() -> pl.Expr:
    tiers = {MatchState.MATCHED: MatchTier.EXACT, MatchState.AMBIGUOUS: MatchTier.AMBIGUOUS}
    return pl.col("match_state").replace_strict(
        {state.value: tier.value for state, tier in tiers.items()}, default=MatchTier.NONE.value
    )


def _candidates(in_play: pl.DataFrame) -> pl.DataFrame:
    """Holders of the number asked; nothing is weighed yet."""
    return in_play.select(
        "row",
        person_no=pl.col("holders"),
        match_pass=_pass(),
        number_level=pl.lit(NumberLevel.EQUAL.value),
        name_level=pl.lit(NameLevel.OTHER.value),
        date_level=pl.lit(DateLevel.ABSENT.value),
        sex_level=pl.lit(AgreementLevel.ABSENT.value),
        county_level=pl.lit(AgreementLevel.ABSENT.value),
        weight=pl.lit(0.0),
        posterior=pl.lit(0.0),
        place=pl.int_range(pl.len(), dtype=pl.Int64).over("row") + 1,
        is_linked=pl.lit(False),
    )


def _pass() -> pl.Expr:
    return (
        pl.when((pl.col("match_state") == MatchState.MATCHED.value) & (pl.col("match_reason") == "")).then(pl.lit("P1"))
        .when(pl.col("match_state") == MatchState.MATCHED.value).then(pl.lit("P2"))
        .when(pl.col("match_reason") == "OTHER_NAME").then(pl.lit("P5"))
        .otherwise(pl.lit(""))
    )  # fmt: skip


def _pairs(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Each record with each holder of its number: row, holder, agrees, by_former_number, by_former_name, same_spelling.

    The registry is cut down to the numbers in question first: the large side is only scanned, never hashed.
    """
    asked = records.filter(pl.col("body").is_not_null()).select("row", "body", "name_key", "raw_name", "name")
    holders = registry.holders.join(asked.select("body").unique(), on="body", how="semi")
    names = registry.names.join(holders.select("holder").unique(), on="holder", how="semi")
    named = names.select("holder", "name_key", by_former_name="is_former", held_name="name", held_raw="raw_name")
    pairs = asked.join(holders.rename({"is_former": "by_former_number"}), on="body").join(
        named, on=["holder", "name_key"], how="left"
    )
    as_held = (pl.col("raw_name") == pl.col("held_raw")) | (pl.col("raw_name") == pl.col("held_name"))
    return pairs.select(
        *_PAIR,
        "by_former_number",
        agrees=pl.col("by_former_name").is_not_null(),
        by_former_name=pl.col("by_former_name").fill_null(False),
        same_spelling=as_held.fill_null(False),
        same_dots=(pl.col("name") == pl.col("held_name")).fill_null(False),
    )


def _judged(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per record whose number somebody holds: holder, agrees, …, has_rival, holders (list, ascending).

    The holder is the one who holds the number now, else the one who did; two of them, or another who fits, are rivals.
    """
    is_alone = pairs["row"].is_unique() if pairs.height else pl.Series([], dtype=pl.Boolean)
    alone = pairs.filter(is_alone).with_columns(has_rival=pl.lit(False), holders=pl.concat_list("holder"))
    ranked = pairs.filter(~is_alone).sort("row", "by_former_number", "holder")
    first = pl.col("by_former_number") == pl.col("by_former_number").first()
    contested = ranked.group_by("row", maintain_order=True).agg(
        pl.col("holder").first(),
        pl.col("by_former_number").first(),
        pl.col("agrees").first(),
        pl.col("by_former_name").first(),
        pl.col("same_spelling").first(),
        pl.col("same_dots").first(),
        has_rival=(first.sum() > 1) | pl.col("agrees").slice(1).any(),
        holders=pl.col("holder").sort(),
    )
    return pl.concat([alone, contested.select(alone.columns)])


def _conversions() -> pl.Expr:
    """What was undone or looked up for a match, comma separated in a fixed order; empty = as on file."""
    respelled = ~pl.col("same_spelling")
    dotted = respelled & (pl.col("has_odd_dot") | ~pl.col("same_dots"))
    varied = respelled & pl.col("has_variant")
    used = {
        "SWAPPED": pl.col("is_swapped"),
        "ID_15": pl.col("is_old"),
        "ID_WRITING": pl.col("is_rewritten"),
        "NAME_DOT": dotted,
        "NAME_VARIANT": varied,
        "NAME_WRITING": respelled & ~dotted & ~varied,
        "FORMER_ID": pl.col("by_former_number"),
        "FORMER_NAME": pl.col("by_former_name"),
    }
    return pl.concat_str(
        [pl.when(holds).then(pl.lit(code)) for code, holds in used.items()], separator=",", ignore_nulls=True
    )
