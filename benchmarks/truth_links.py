"""Figures of links: wrong persons, humans with two person numbers, and certifications that ended."""

from typing import Final

import polars as pl

from benchmarks.truth_tickets import FALSE_DEATHS
from benchmarks.truth_world import World, seen_records

_SENT: Final = ["feed", "business_date", "record_id"]
_STANDS: Final = pl.col("outcome").str.starts_with("CERTIFIED") | (pl.col("outcome") == "DUE_SOON")
_LOSS: Final = ("LEAD_OPEN", "EVIDENCE_CONFLICT", "NOTICE_GIVEN", "LOSS_CONFIRMED")
_BACK: Final = ("REVOCATION", "REFUND")
OTHERS: Final = ("ANOTHERS_RECORD", "DAMAGED_FILE", "UNEXPLAINED")


def wrong_links(world: World) -> pl.DataFrame:
    """Links that act and tie a record to somebody whom it is not about: feed, record_id, person_no, cause, kind.

    A false death that names a living person under the own number is tied to that person rightly; the error is the
    report's.
    """
    kinds = world.truth["planted"].filter(pl.col("kind").is_in(FALSE_DEATHS)).select(*_SENT, is_false=pl.lit(True))
    planted = world.truth["planted"].group_by(_SENT).agg(kind=pl.col("kind").sort().first())
    true = world.truth["record"].select(*_SENT, true_no="person_no", named_no="named_person_no", cause="cause")
    true = true.unique(_SENT, keep="first", maintain_order=True)  # a damaged file holds the records of the whole one
    acting = world.lake["link"].filter((pl.col("link_use") == "ACT") & pl.col("person_no").is_not_null())
    acting_links = acting.join(true, on=_SENT).join(kinds.unique(), on=_SENT, how="left")
    meant = pl.when(pl.col("is_false").fill_null(False)).then("named_no").otherwise("true_no")
    wrong = acting_links.filter((pl.col("person_no") != meant).fill_null(True)).join(planted, on=_SENT, how="left")
    return wrong.select(
        "feed", "record_id", "person_no", "cause", "match_tier", kind=pl.coalesce("kind", "cause")
    ).sort("feed", "record_id")


def doubled_found(world: World) -> list[int]:
    """Humans with two person numbers whom a lead of double drawing or a question to the registry names."""
    humans = world.truth["second_number"]["human_no"]
    led = world.lake["lead_entry"].filter(pl.col("loss_kind") == "LS11")["person_no"]
    questions = world.lake["ticket_entry"].filter((pl.col("feed") == "registry") & (pl.col("column") == "person_no"))
    numbers = questions["record_id"].str.split("-").list.first().cast(pl.Int64)
    second = world.truth["second_number"]
    of_second = second.filter(pl.col("person_no").is_in(numbers.implode()))["human_no"]
    found = set(led) | set(numbers) | set(of_second)
    return sorted(set(humans) & found)


def uncertified(world: World) -> pl.DataFrame:
    """Entries that end a certification whose due date is not past, with `why`.

    LOSS: a loss claim about somebody of whom it is or was true, or whom a report names falsely. LEFT: draws no more.
    WITHDRAWN: a record of the person was taken back. ANOTHERS_RECORD: a loss claim that rests on a record about
    somebody else. DAMAGED_FILE: a file came late, cut or damaged that night. Else UNEXPLAINED.
    """
    key = ["person_no", "programme_code", "county_code"]
    book = world.lake["certification_entry"].sort(*key, "as_of", "run_no")
    before = book.with_columns(stood=_STANDS.shift(1).over(key), was_due=pl.col("due_date").shift(1).over(key))
    ended = before.filter(pl.col("stood").fill_null(False) & (pl.col("was_due") >= pl.col("as_of")) & ~_STANDS)
    links = wrong_links(world)["person_no"].unique()
    back = seen_records(world).filter(pl.col("cause").is_in(_BACK))["named_person_no"].drop_nulls().unique()
    damaged = world.truth["delivery"].filter(~pl.col("mishap").is_in(["NONE", "TWICE"]))["arrives_on"].unique()
    is_loss = pl.col("outcome").is_in(_LOSS)
    why = (
        pl.when(pl.col("outcome") == "OUT_OF_SCOPE").then(pl.lit("LEFT"))
        .when(is_loss & pl.col("person_no").is_in(links.implode())).then(pl.lit("ANOTHERS_RECORD"))
        .when(is_loss).then(pl.lit("LOSS"))
        .when(pl.col("person_no").is_in(back.implode())).then(pl.lit("WITHDRAWN"))
        .when(pl.col("as_of").is_in(damaged.implode())).then(pl.lit("DAMAGED_FILE"))
        .otherwise(pl.lit("UNEXPLAINED"))
    )  # fmt: skip
    return ended.select("person_no", "programme_code", "as_of", "outcome", "was_due", why=why)
