"""A record of our own channels states the person number itself: it identifies the person, if the record bears it out.

The number was looked up by an officer or an application, so it can be a namesake's or a relative's. Two of three must
agree: the person number and the name, or the person number and the identity number beside a name that is alike, that
the registry holds cut, or of which either side hides or lost some characters. Beside the name a wholly different
number needs the birth date inside it. A number that leads to another person is a contradiction, and a human's.
"""

from typing import Final

import polars as pl

from matchers.compare import compare_pairs
from matchers.likeness import ALIKE_NAME, SAME_NAME
from matchers.names import DOT, is_lost
from matchers.passes import Matches, ready_to_compare
from matchers.registry import Registry, find_variants, with_registered_names
from matchers.rivals import SAME_NUMBER, pass_of
from schemas.codes import (
    COMPARED,
    DateLevel,
    MatchConversion,
    MatchPass,
    MatchRefusal,
    MatchState,
    MatchTier,
    NumberLevel,
)

_NEAR_NUMBER: Final = (*SAME_NUMBER, NumberLevel.REPAIRED.value, NumberLevel.NEIGHBOUR.value)
_PAIR: Final = ["row", "person_no"]
# a registered name that the record's goes on from; of one character it would be a surname
_CUT_AT_LEAST: Final = 2


def identify_by_person_no(found: Matches, records: pl.DataFrame, registry: Registry) -> Matches:
    """`found`, but for records with a `stated_no` (person number, else null): tied to that person, or ambiguous.

    `records` are those of `match_records`. A record that is tied to the person already stays as it is; so does one
    that does not bear the number out.
    """
    answers = found.results.join(records.select("row", "stated_no"), on="row", maintain_order="left")
    is_elsewhere = (pl.col("person_no") != pl.col("stated_no")).fill_null(True)
    tied = pl.col("match_state") == MatchState.MATCHED.value
    insured = registry.current.select(stated_no="person_no")
    stating = answers.filter(pl.col("stated_no").is_not_null() & (is_elsewhere | ~tied)).join(
        insured, on="stated_no", how="semi"
    )
    if stating.is_empty():
        return found
    astray = stating.filter(tied)
    stated = stating.select("row", person_no="stated_no")
    pairs = _compared(pl.concat([stated, astray.select(_PAIR)]), records, registry)
    borne_out = _borne_out(pairs.join(stated, on=_PAIR), records, registry).join(astray, on="row", how="anti")
    return Matches(
        _answers(found.results, astray["row"], borne_out),
        _candidates(found.candidates, pairs.join(astray, on="row", how="semi"), borne_out),
    )


def _compared(pairs: pl.DataFrame, records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    of_these = records.join(pairs.select("row").unique(), on="row", how="semi").with_columns(is_contradicted=False)
    compared = compare_pairs(pairs.sort(_PAIR), ready_to_compare(of_these, registry), registry)
    passed = pl.when(pass_of() == "").then(pl.lit(MatchPass.OWN.value)).otherwise(pass_of())
    return compared.with_columns(match_pass=passed)


def _borne_out(pairs: pl.DataFrame, records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Pairs of a record and the person it states, of which enough agrees."""
    same = pl.col("name_level").is_in(SAME_NAME)
    other_day = pl.col("date_level") == DateLevel.OTHER.value
    number = pl.col("number_level")
    by_name = same & (
        number.is_in(_NEAR_NUMBER)
        | ((number == NumberLevel.ABSENT.value) & ~other_day)
        | (pl.col("date_level") == DateLevel.EQUAL.value)
    )
    alike = pl.col("name_level").is_in(ALIKE_NAME) & ~pl.col("is_lost")
    by_number = number.is_in(SAME_NUMBER) & (alike | pl.col("is_in_part"))
    in_part = _named_in_part(pairs, records, registry).with_columns(is_in_part=pl.lit(True))
    numbered = records.select("row", body=pl.coalesce("body", "document")).drop_nulls()
    holders = find_variants(registry, {"body": pl.col("body")}, numbered.join(pairs, on="row", how="semi"))
    of_another = holders.join(pairs.select(_PAIR), on=_PAIR, how="anti").join(
        holders.join(pairs.select(_PAIR), on=_PAIR, how="semi"), on="row", how="anti"
    )
    known = pairs.join(in_part, on="row", how="left").with_columns(pl.col("is_in_part").fill_null(False))
    return known.filter((by_name | by_number) & ~pl.col("is_apart")).join(of_another, on="row", how="anti")


def _named_in_part(pairs: pl.DataFrame, records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row: records of whose name the registered one is a part, or differs only where a character is hidden or lost."""
    persons = find_variants(registry, {"person_no": pl.col("person_no")}, pairs.select("person_no").unique())
    named = with_registered_names(persons, registry).select("person_no", "registered_key").unique()
    both = pairs.select(_PAIR).join(named, on="person_no").join(records.select("row", "name", "name_key"), on="row")
    found = [
        row
        for row, name, key, registered in both.select("row", "name", "name_key", "registered_key").iter_rows()
        if key != registered and (_is_cut(registered, name, key) or _fills_gaps(registered, key))
    ]
    return pl.DataFrame({"row": found}, {"row": pairs.schema["row"]}).unique()


def _is_cut(registered: str, name: str, key: str) -> bool:
    is_part = key.startswith(registered) or key.endswith(registered) or registered in name.split(DOT)
    return is_part and len(registered) >= _CUT_AT_LEAST


def _fills_gaps(registered: str, key: str) -> bool:
    """Two names of one length that agree wherever both have a character, and do so somewhere."""
    pairs = list(zip(registered, key, strict=False))
    known = [one == other for one, other in pairs if not is_lost(one) and not is_lost(other)]
    return len(registered) == len(key) and len(known) < len(pairs) and any(known) and all(known)


def _answers(answers: pl.DataFrame, astray: pl.Series, borne_out: pl.DataFrame) -> pl.DataFrame:
    """The answers with those replaced that the person number decides or contradicts."""
    chosen = borne_out.select("row", stated_no="person_no")
    is_chosen, is_astray = pl.col("stated_no").is_not_null(), pl.col("row").is_in(astray.implode())

    def either(column: str, chosen: str, astray: str) -> pl.Expr:
        return (
            pl.when(is_chosen).then(pl.lit(chosen)).when(is_astray).then(pl.lit(astray)).otherwise(column).alias(column)
        )

    kept = ~is_chosen & ~is_astray
    joined = answers.join(chosen, on="row", how="left", maintain_order="left")
    return joined.with_columns(
        either("match_state", MatchState.MATCHED.value, MatchState.AMBIGUOUS.value),
        either("match_tier", MatchTier.STRONG.value, MatchTier.AMBIGUOUS.value),
        either("match_pass", MatchPass.OWN.value, MatchPass.OWN.value),
        either("match_reason", MatchConversion.PERSON_NO.value, MatchRefusal.RIVALS.value),
        pl.col("by_former_number", "by_former_name", "is_settled") & kept,
        person_no=pl.when(is_chosen).then("stated_no").when(~is_astray).then("person_no"),
        considered=pl.max_horizontal("considered", pl.when(is_chosen).then(1).when(is_astray).then(2)),
        rivals=pl.when(is_chosen).then(0).when(is_astray).then(1).otherwise("rivals"),
    ).select(answers.columns)


def _candidates(candidates: pl.DataFrame, contradicted: pl.DataFrame, borne_out: pl.DataFrame) -> pl.DataFrame:
    """The candidates and, in front of those of their record, the persons that the person number brings into play."""
    columns = ["row", "person_no", "match_pass", *COMPARED]
    added = pl.concat(
        [
            contradicted.select(columns).with_columns(is_linked=pl.lit(False)),
            borne_out.select(columns).with_columns(is_linked=pl.lit(True)),
        ]
    ).with_columns(weight=pl.lit(0.0), posterior=pl.lit(0.0), place=pl.lit(0, pl.Int64))
    others = candidates.join(added, on=_PAIR, how="anti").with_columns(
        is_linked=pl.col("is_linked") & ~pl.col("row").is_in(added["row"].unique().implode())
    )
    whole = pl.concat([added.select(candidates.columns), others]).sort("row", "place", "person_no")
    placed = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row")
    return whole.with_columns(place=placed)
