"""Evidence records tied to persons: every accepted record stands exactly once in LINK, matched or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.own_channel import identify_by_person_no
from matchers.passes import Matches, Registry, match_records
from matchers.records import read_records
from pipelines.resolved.reviews import review_ids, settle
from pipelines.resolved.series import record_series
from schemas.codes import OTHER_NAME, OWN_AGENCY, LinkUse, MatchAnswer, MatchState, MatchTier
from schemas.contract import Contract
from schemas.linkage import Linkage
from schemas.policy import Policy
from schemas.tables import CANDIDATE, LINK

_DEFAULTS: Final = {
    "county_code": pl.lit(""),
    "qualifier_code": pl.lit(""),
    "event_date": pl.lit(None, dtype=pl.Date),
    "end_date": pl.lit(None, dtype=pl.Date),
    "is_suspected": pl.lit(False),
    "is_revoked": pl.lit(False),
    "sex": pl.lit(None, dtype=pl.String),
    "birth_date": pl.lit(None, dtype=pl.Date),
    "stated_no": pl.lit(None, dtype=pl.Int64),
    "id_type": pl.lit(""),
}
_TIES: Final = (LinkUse.ACT.value, LinkUse.SUSPECT.value)
_EMPTY_MEANS: Final = {
    "county_code": "", "qualifier_code": "", "is_suspected": False, "is_revoked": False, "id_type": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Basis:
    """Everything that records are matched by.

    `answers` is the result of `answers_in_force`, `digest` makes keyed digests, `model` names the tables compared by,
    `humans` is that of `find_humans`.
    """

    registry: Registry
    policy: Policy
    answers: pl.DataFrame
    digest: Callable[..., str]
    model: str
    humans: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Tied:
    """LINK and CANDIDATE of records; `found` is the matcher's own result, before human answers, row for row of LINK."""

    link: pl.DataFrame
    candidates: pl.DataFrame
    found: Matches


def shape_records(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Validated rows of one feed, with every column LINK needs, the columns of `read_records`, and row.

    stated_no: the person number, where our own channel states one; any other sender's decides nothing.
    """
    if contract.role == "evidence" and "person_no" in rows.columns:
        own = rows.rename({"person_no": "stated_no"})
        rows = own if contract.agency == OWN_AGENCY else own.drop("stated_no")
    absent = [default.alias(name) for name, default in _DEFAULTS.items() if name not in rows.columns]
    present = [pl.col(name).fill_null(value) for name, value in _EMPTY_MEANS.items()]
    whole = rows.with_columns(absent).with_columns(present)
    agency = pl.col("agency").fill_null(contract.agency) if "agency" in rows.columns else pl.lit(contract.agency)
    return (
        whole.drop("name", "id_number")
        .hstack(read_records(whole.select("id_number", "name", "id_type")))
        .with_columns(record_key(contract), _office(contract), feed=pl.lit(contract.feed), agency=agency)
        .with_columns(shared_key=pl.lit(contract.shared_key))
        .with_row_index("row")
    )


def record_key(contract: Contract) -> pl.Expr:
    """The source's own key as one text; several columns are joined with a hyphen."""
    columns: Sequence[str] = contract.record_key
    return pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator="-").alias("record_id")


def _office(contract: Contract) -> pl.Expr:
    """The office within the agency whose own numbers the keys are; empty where the agency has one series."""
    named = [pl.col(name).cast(pl.String).fill_null("") for name in contract.office_columns]
    return pl.concat_str(named or [pl.lit("")], separator="-").alias("office")


def consequences(records: pl.DataFrame, policy: Policy) -> pl.Series:
    """Consequence of each shaped record, row for row: LOSS, LIFE or OTHER, what a wrong link would do."""
    kind = ["feed", "event_code", "qualifier_code"]
    kinds = records.select(kind).unique()
    found = [policy.consequence_of(*row).value for row in kinds.iter_rows()]
    named = kinds.with_columns(consequence=pl.Series(found, dtype=pl.String))
    return records.select(kind).join(named, on=kind, how="left", maintain_order="left")["consequence"]


def tie_records(records: pl.DataFrame, basis: Basis, *, prior: float | pl.Expr) -> Tied:
    """Shaped records tied to persons: by the matcher, then by human answers, as far as the policy allows."""
    found = identify_by_person_no(match_records(records, basis.registry, prior=prior), records, basis.registry)
    consequence = consequences(records, basis.policy)
    review_id = review_ids(records, consequence, digest=basis.digest)
    answered = settle(found, review_id, basis.answers)
    link = _link(records, answered, consequence, review_id=review_id, linkage=basis.policy.linkage)
    has_answer = link["review_id"].is_in(basis.answers["review_id"].implode())
    link = link.with_columns(record_series(records, link["person_no"]), _is_settled(records) & ~has_answer)
    return Tied(link, _candidates(link, answered, model=basis.model), found)


def _is_settled(records: pl.DataFrame) -> pl.Expr:
    """Whether a link is settled, as far as it is known before anything is asked about its record.

    A person number that our own channel states must be that of the person: it may be of a person insured only later.
    """
    person_no, stated_no = pl.col("person_no"), records["stated_no"]
    says_nothing = stated_no.is_null() & ((records["agency"] != OWN_AGENCY) | person_no.is_null())
    is_tied = (pl.col("match_tier") == MatchTier.NONE.value) | person_no.is_not_null()
    is_other = pl.col("match_reason").is_in(OTHER_NAME)
    return pl.col("is_settled") & is_tied & ~is_other & (says_nothing | (stated_no == person_no).fill_null(False))


def _link(
    records: pl.DataFrame, matches: Matches, consequence: pl.Series, *, review_id: pl.Series, linkage: Linkage
) -> pl.DataFrame:
    """LINK of shaped records, in their order: what `matches` says of them, and what the policy lets that do."""
    answers = matches.results.select(
        "match_tier", "match_pass", "match_reason", "considered", "rivals", "person_no", "is_settled"
    )
    uses = [
        {"consequence": kind.value, "match_tier": tier.value, "link_use": use.value}
        for tier, by_kind in linkage.uses.items()
        for kind, use in by_kind.items()
    ]
    used = answers.with_columns(consequence=consequence, review_id=review_id).join(
        pl.DataFrame(uses), on=["consequence", "match_tier"], how="left", maintain_order="left"
    )
    return (
        records.hstack(used)
        .with_columns(
            match_state=_state(),
            is_suspected=pl.col("is_suspected") | (pl.col("link_use") == LinkUse.SUSPECT.value),
            person_no=pl.when(pl.col("link_use").is_in(_TIES)).then("person_no"),
        )
        .with_columns(record_series=pl.lit(""))
        .select(LINK.names)
    )


def _state() -> pl.Expr:
    """LINK's own state, in place of the matcher's: a match that the policy forbids using is AMBIGUOUS."""
    return (
        pl.when(pl.col("link_use").is_in(_TIES)).then(pl.lit(MatchState.MATCHED.value))
        .when(pl.col("match_tier") == MatchTier.NONE.value).then(pl.lit(MatchState.NONE.value))
        .otherwise(pl.lit(MatchState.AMBIGUOUS.value))
    )  # fmt: skip


def _candidates(link: pl.DataFrame, matches: Matches, *, model: str) -> pl.DataFrame:
    """CANDIDATE: every person in play for a record that is not plainly one person's."""
    source = link.select("feed", "delivery_id", "record_no", "match_state").hstack(matches.results.select("row"))
    rows = source.join(matches.candidates, on="row")
    is_open = pl.col("match_state") == MatchState.AMBIGUOUS.value
    is_rejected = pl.col("answer") == MatchAnswer.OTHER_PERSON.value
    return rows.with_columns(
        weight_millibits=(pl.col("weight") * 1000).round().cast(pl.Int64),
        posterior_ppm=(pl.col("posterior") * 1_000_000).round().cast(pl.Int64),
        is_linked=pl.col("is_linked") & (pl.col("match_state") == MatchState.MATCHED.value),
        is_open=is_open & ~is_rejected,
        model=pl.lit(model),
    ).select(CANDIDATE.names)
