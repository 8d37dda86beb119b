"""Errors that were planted against tickets that were opened: which are missing, misdirected or without a cause."""

from typing import Any, Final

import polars as pl

from benchmarks.truth_world import World, came, seen_records

FALSE_DEATHS: Final = ("ALIVE_REPORTED_DEAD", "HOMONYM")
TICKET_KEY: Final = ["feed", "record_id", "column", "issue"]


def declared_errors(world: World) -> pl.DataFrame:
    """Grain: TICKET_KEY. Errors the product must ticket exactly once, of files that came."""
    errors = world.truth["planted"].filter("is_declared")
    errors = errors.join(came(world), on=["feed", "business_date", "file_name"], how="semi")
    return errors.sort("business_date", "kind").unique(TICKET_KEY, keep="first")


def opened_tickets(world: World) -> pl.DataFrame:
    return world.lake["ticket_entry"].filter(pl.col("entry_kind") == "OPEN")


def ticketed(world: World) -> pl.DataFrame:
    """`declared_errors` with `tickets` (how many were opened) and `agencies`."""
    asked = opened_tickets(world).group_by(TICKET_KEY).agg(tickets=pl.len(), agencies=pl.col("agency").unique())
    return declared_errors(world).join(asked, on=TICKET_KEY, how="left").with_columns(pl.col("tickets").fill_null(0))


def wrong_agency(world: World) -> pl.DataFrame:
    """Tickets sent to another agency than the one that holds the record."""
    holders = world.truth["record"].select("feed", "record_id", holder="agency").unique()
    planted = (
        world.truth["planted"].filter(pl.col("record_no") > 0).select("feed", "record_id", holder="recipient").unique()
    )
    known = pl.concat([holders, planted]).unique(["feed", "record_id"])
    return opened_tickets(world).join(known, on=["feed", "record_id"]).filter(pl.col("agency") != pl.col("holder"))


def without_cause(world: World) -> pl.DataFrame:
    """Tickets for which no error was planted, with `why`: what in the truth explains them, or UNEXPLAINED.

    Contradictions (CF) need no error of the record itself: it is enough that the person is truly dead or held, or that
    some record about the person is false."""
    planted = world.truth["planted"].filter(pl.col("issue") != "").select(TICKET_KEY).unique()
    extra = opened_tickets(world).join(planted, on=TICKET_KEY, how="anti")
    records = world.truth["record"].sort("business_date").unique(["feed", "record_id"], keep="first")
    records = records.select("feed", "record_id", "cause", "person_no", "named_person_no")
    told = extra.join(records, on=["feed", "record_id"], how="left")
    errors = world.truth["planted"].join(
        world.truth["record"].select("feed", "record_id", "named_person_no").unique(), on=["feed", "record_id"]
    )
    false = errors.filter(
        pl.col("kind").is_in([*FALSE_DEATHS, "STILL_LISTED", "OTHER_DEATH_DATE"]) | (pl.col("column") == "event_date")
    )
    about_false = pl.col("named_person_no").is_in(false["named_person_no"].drop_nulls().unique().implode())
    dead = world.truth["person"].filter(pl.col("death_date").is_not_null())["person_no"]
    is_conflict = pl.col("issue").str.starts_with("CF")
    why = (
        pl.when(is_conflict & (pl.col("cause") == "RELATIVE_USED_CARD")).then(pl.lit("RELATIVE_USED_CARD"))
        .when(is_conflict & about_false).then(pl.lit("ANOTHER_RECORD_IS_FALSE"))
        .when(is_conflict & (pl.col("person_no") != pl.col("named_person_no"))).then(pl.lit("ANOTHER_PERSONS_RECORD"))
        .when(is_conflict & pl.col("named_person_no").is_in(dead.implode())).then(pl.lit("PERSON_IS_DEAD"))
        .otherwise(pl.lit("UNEXPLAINED"))
    )  # fmt: skip
    return told.with_columns(why=why)


def contradictions(world: World) -> dict[str, Any]:
    """Living people reported dead under their own number: records that came, were asked about, and of how many another
    holder was asked as well.
    """
    false = world.truth["planted"].filter(pl.col("kind").is_in(FALSE_DEATHS)).select("feed", "record_id").unique()
    told = seen_records(world).join(false, on=["feed", "record_id"], how="semi")
    asked = opened_tickets(world).select("feed", "record_id", "issue").unique()
    about = asked.join(
        world.truth["record"].select("feed", "record_id", "named_person_no").unique(), on=["feed", "record_id"]
    )
    others = about.filter(pl.col("issue") == "CF04")["named_person_no"].unique()
    both = told.join(asked.filter(pl.col("issue") == "CF01"), on=["feed", "record_id"], how="semi")
    return {
        "records": told.height,
        "asked": both.height,
        "other_holder_asked": both.filter(pl.col("named_person_no").is_in(others.implode())).height,
    }
