"""Answers of offices and agencies: verdicts on the leads of a county's worklist, replies to an agency's tickets.

Answers need the numbers of leads and tickets, which exist only after a night. So they are made between two nights,
from the files that went out and the truth. Who answers when, and who errs, depends on the number of the lead or ticket
and the seed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl
import yaml

from data_samples.province.deliveries import ARRIVALS
from data_samples.province.field_text import to_text
from data_samples.province.packing import declared_form, pack
from data_samples.province.record_draws import draws, keys_of
from data_samples.province.spool import Spool
from schemas.code_tables import CodeTables
from schemas.codes import IssueKind, LossKind, Verdict
from schemas.contract import Contract, Declared
from schemas.spreadsheet import escape

SHIPPED: Final = Path(__file__).with_name("answers.yaml")
_STATES: Final = {
    "DEAD": ("LS01", "LS02", "LS03", "LS04", "LS05", "LS15", "LS17", "LS18"),
    "IN_PRISON": ("LS06",),
    "IN_CUSTODY": ("LS06", "LS07"),
    "WANTED": ("LS19",),
    "MISSING": ("LS09",),
    "ABROAD": ("LS10",),
    "DRAWING_TWICE": ("LS11",),
    "EMPLOYED": ("LS12",),
    "REMARRIED": ("LS13",),
    "ADULT": ("LS14",),
    "ADOPTED": ("LS16",),
}
_DEATHS: Final = tuple(LossKind(kind).label for kind in _STATES["DEAD"])
_FALSE: Final = (Verdict.FALSE_SOURCE_ERROR, Verdict.FALSE_WRONG_PERSON)
_RIGHT, _CORRECTED, _NOT_OURS = "CONFIRMED_RIGHT", "CORRECTED", "NOT_OURS"


class AnswerRates(Declared):
    """Days are days after the lead or ticket was opened; shares are of leads or tickets."""

    lead_days: tuple[int, int]
    lead_again_days: int
    lead_unreachable: float
    lead_mistake: float
    lead_two_signers: float
    lead_seen_alive: float
    review_daily: float
    review_unable: float
    review_mistake: float
    ticket_days: tuple[int, int]
    ticket_never: float
    ticket_mistake: float
    list_returned: float
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows of the contracts `verification` and `replies`, logical columns."""

    verification: pl.DataFrame
    replies: pl.DataFrame


def read_answer_rates(path: Path = SHIPPED) -> AnswerRates:
    return AnswerRates.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def answer(
    worklist: pl.DataFrame,
    discrepancy: pl.DataFrame,
    truth: Mapping[str, pl.DataFrame],
    *,
    day: date,
    seed: int,
    rates: AnswerRates | None = None,
) -> Answers:
    """The answers given on `day`.

    `worklist`: the leads of that day's worklists by the columns of their contract, with `person_no`, as the office
    finds it out at the door. `discrepancy`: the tickets of that day and before. `truth`: `person_state`, `planted`.
    """
    rates = rates or read_answer_rates()
    return Answers(
        _verdicts(worklist, truth["person_state"], rates, day=day, seed=seed),
        _replies(discrepancy, truth["planted"], rates, day=day, seed=seed),
    )


def _verdicts(leads: pl.DataFrame, states: pl.DataFrame, rates: AnswerRates, *, day: date, seed: int) -> pl.DataFrame:
    first, last = rates.lead_days
    since = pl.col("days_open").cast(pl.Int64) - (first + pl.col("when") * (last - first + 1)).cast(pl.Int64)
    dated = leads.hstack(chances(leads["lead_id"], ("when",), seed=seed)).with_columns(since=since)
    turn = dated.filter((pl.col("since") >= 0) & (pl.col("since") % rates.lead_again_days == 0)).unique("lead_id")
    turn = turn.hstack(_chances_of_turn(turn, rates, seed=seed))
    answers = turn.join(_true_leads(turn, states, day), on="lead_id", how="left").with_columns(
        is_true=pl.col("is_true").fill_null(False) ^ (pl.col("mistake") < rates.lead_mistake),
        is_reached=pl.col("reached") >= rates.lead_unreachable,
    )
    of_death = pl.any_horizontal(pl.col("loss_kind").str.contains(label, literal=True) for label in _DEATHS)
    false = (
        pl.when(of_death & (pl.col("seen") < rates.lead_seen_alive)).then(pl.lit(Verdict.SEEN_ALIVE.value))
        .when(pl.col("blame") < 0.8).then(pl.lit(_FALSE[0].value)).otherwise(pl.lit(_FALSE[1].value))
    )  # fmt: skip
    verdict = (
        pl.when(~pl.col("is_reached")).then(pl.lit(Verdict.UNREACHABLE.value))
        .when("is_true").then(pl.lit(Verdict.TRUE_LOSS.value)).otherwise(false)
    )  # fmt: skip
    return answers.sort("lead_id").select(
        record_id=pl.format("V{}-{}", pl.lit(f"{day:%Y%m%d}"), "lead_id"),
        lead_id="lead_id",
        verdict=verdict,
        verified_date=pl.lit(day),
        method=pl.when(verdict == Verdict.SEEN_ALIVE.value).then(pl.lit("VISIT")).otherwise(pl.lit("")),
        notice_date=pl.when("is_true", "is_reached").then(pl.lit(day)),
        **signed(rates),
        is_revoked=pl.lit(False),
    )


def _chances_of_turn(turn: pl.DataFrame, rates: AnswerRates, *, seed: int) -> pl.DataFrame:
    """Chances of each lead in this turn; a later turn may reach a person whom the first did not."""
    number = (turn["since"] // rates.lead_again_days).cast(pl.String)
    of_turn = turn["lead_id"] + pl.select(pl.when(number != "0").then("/" + number).otherwise(pl.lit(""))).to_series()
    return chances(of_turn, ("reached", "mistake", "office", "signers", "blame", "seen"), seed=seed)


def signed(rates: AnswerRates) -> dict[str, pl.Expr]:
    """Three officers of an office; now and then one of them signs twice, which the law does not count."""
    officers, size = pl.Series(rates.officers), len(rates.officers)
    first = (pl.col("office") * size).cast(pl.Int64)
    twice = pl.col("signers") < rates.lead_two_signers
    return {
        "handler": pl.lit(officers).gather(first % size),
        "reviewer": pl.lit(officers).gather((first + 1) % size),
        "approver": pl.lit(officers).gather(pl.when(twice).then(first + 1).otherwise(first + 2) % size),
    }


def _true_leads(leads: pl.DataFrame, states: pl.DataFrame, day: date) -> pl.DataFrame:
    """`lead_id`, `is_true`: one of the losses the lead names is so on that day."""
    labels = {kind.label: kind.value for kind in LossKind}
    named = leads.select("lead_id", "person_no", kind=pl.col("loss_kind").str.split("；")).explode("kind")
    named = named.with_columns(kind=pl.col("kind").replace_strict(labels, default=None, return_dtype=pl.String))
    return true_lines(named, states, day)


def true_lines(named: pl.DataFrame, states: pl.DataFrame, day: date) -> pl.DataFrame:
    """`lead_id`, `is_true` of the lines that name a loss which is so on that day: rows of lead_id, person_no, kind."""
    meant = pl.DataFrame(
        [(state, kind) for state, kinds in _STATES.items() for kind in kinds], schema=["state", "kind"], orient="row"
    )
    held = states.filter((pl.col("from_date") <= day) & (pl.col("to_date").is_null() | (pl.col("to_date") > day)))
    true = named.join(meant, on="kind").join(held.select("person_no", "state"), on=["person_no", "state"])
    return true.select("lead_id").unique().with_columns(is_true=pl.lit(True))


def _replies(tickets: pl.DataFrame, planted: pl.DataFrame, rates: AnswerRates, *, day: date, seed: int) -> pl.DataFrame:
    """A record with a planted error is corrected, any other found right; some say that it is not theirs."""
    drawn = chances(tickets["ticket_id"], ("when", "never", "mistake", "officer"), seed=seed)
    first, last = rates.ticket_days
    after = (first + pl.col("when") * (last - first + 1)).cast(pl.Int64)
    due = tickets.hstack(drawn).filter(
        (pl.col("batch_date") + pl.duration(days=after) == day) & (pl.col("never") >= rates.ticket_never)
    )
    wrong = planted.filter(pl.col("ticket") != "").select("record_id", is_wrong=pl.lit(True)).unique()
    answers = due.unique("ticket_id").join(wrong, on="record_id", how="left").sort("ticket_id")
    officers = pl.lit(pl.Series(rates.officers)).gather((pl.col("officer") * len(rates.officers)).cast(pl.Int64))
    result = (
        pl.when(pl.col("mistake") < rates.ticket_mistake).then(pl.lit(_NOT_OURS))
        .when(pl.col("is_wrong").fill_null(False)).then(pl.lit(_CORRECTED)).otherwise(pl.lit(_RIGHT))
    )  # fmt: skip
    kinds = {kind.label: kind.label for kind in IssueKind}
    return answers.select(
        "ticket_id",
        pl.col("kind").replace_strict(kinds, return_dtype=pl.String),
        "batch_date",
        "record_id",
        "column",
        "issue",
        result=result,
        corrected_value=pl.lit(None, dtype=pl.String),
        explanation=pl.lit("经核对业务档案"),
        handled_by=officers,
        handled_date=pl.lit(day),
    )


def chances(ids: pl.Series, purposes: tuple[str, ...], *, seed: int) -> pl.DataFrame:
    """A chance in [0, 1) per id and purpose."""
    keys = keys_of(ids)
    return pl.DataFrame({purpose: draws(keys, seed=seed, purpose=f"answer/{purpose}") for purpose in purposes})


def deliver_answers(
    home: Path, answers: Answers, contracts: Mapping[str, Contract], code_tables: CodeTables, *, day: date
) -> None:
    """Write the answers of `day` so that they arrive on the next; a feed nobody answers by sends no file."""
    for feed, rows in (("verification", answers.verification), ("replies", answers.replies)):
        if rows.height:
            deliver_rows(home, rows, contracts[feed], code_tables, day=day)


def deliver_rows(
    home: Path, rows: pl.DataFrame, contract: Contract, code_tables: CodeTables, *, day: date, suffix: str = ""
) -> None:
    """Write rows of a contract, as the office's own system does, so that they arrive on the day after `day`."""
    text = to_text(rows, contract, code_tables).with_columns(_escaped(column.name) for column in contract.columns)
    spool = Spool(contract, home / ARRIVALS / f"{contract.feed}.part")
    spool.add(text, pl.Series([None] * text.height, dtype=pl.String))
    place = home / ARRIVALS / f"{day + timedelta(days=1)}" / contract.feed / f"{day}"
    pack(spool, place / f"{contract.feed}_{day:%Y%m%d}{suffix}.{contract.file_format}", declared_form(contract))
    spool.discard()


def _escaped(column: str) -> pl.Expr:
    """As it stood in the list we sent: what would start a formula keeps its mark."""
    return pl.col(column).map_elements(escape, return_dtype=pl.String)
