"""Errors that were planted against tickets that were opened: which are missing, misdirected or without a cause."""

from typing import Any, Final

import polars as pl

from benchmarks.truth_world import World, came, seen_records

_BASE: Final = ("population_register",)
_OWN_CHANNELS: Final = ("self_certification", "field_visit")
FALSE: Final = ("UNEXPLAINED", "BASE_IS_DAMAGED", "OWN_CHANNEL_IS_DAMAGED")  # a right value was questioned
FALSE_DEATHS: Final = ("ALIVE_REPORTED_DEAD", "HOMONYM")
GRACE_DAYS: Final = 3  # between a death and the first sign of life that contradicts it
# What chance can make of an error: a damaged number that ends in 000 is what a sheet's rounding leaves, and another
# last character of a name may sound or look like the right one.
ALSO: Final = pl.DataFrame(
    [
        ("WRONG_CHECK", "id_number", "ID09"),
        ("SWAPPED_DIGITS", "id_number", "ID09"),
        ("VILLAGE_TYPO", "name", "NM04"),
    ],
    schema=["kind", "also_column", "also_issue"],
    orient="row",
)
TICKET_KEY: Final = ["feed", "record_id", "column", "issue"]
FACT_KEY: Final = ["recipient", "column", "issue", "fact"]  # one wrong fact of an agency: one question


def declared_errors(world: World) -> pl.DataFrame:
    """Grain: TICKET_KEY. Errors the product must ticket exactly once, of files that came."""
    errors = world.truth["planted"].filter("is_declared")
    errors = errors.join(came(world), on=["feed", "business_date", "file_name"], how="semi")
    return errors.sort("business_date", "kind").unique(TICKET_KEY, keep="first")


def opened_tickets(world: World) -> pl.DataFrame:
    return world.lake["ticket_entry"].filter(pl.col("entry_kind") == "OPEN")


def reopened_tickets(world: World) -> int:
    """Tickets asked a further time: the holder said that it had corrected, and a later delivery had it still."""
    entries = world.lake["ticket_entry"]
    if "line_no" not in entries.columns:
        return 0
    again = (pl.col("line_no") > 1) & (pl.col("answer") == "ANSWERED_CORRECTED") & (pl.col("status") == "ASKED")
    return entries.filter(again).select("ticket_id").n_unique()


def ticketed(world: World) -> pl.DataFrame:
    """Grain: FACT_KEY, of `declared_errors`, with the first record that states it and `tickets`: how many were opened
    about any record that does, under the planned code or one that chance made of it.
    """
    opened = opened_tickets(world).group_by(TICKET_KEY).agg(tickets=pl.len())
    also = opened.rename({"column": "also_column", "issue": "also_issue", "tickets": "others"})
    key = ["feed", "record_id", "also_column", "also_issue"]
    errors = declared_errors(world).join(opened, on=TICKET_KEY, how="left").join(ALSO, on="kind", how="left")
    counted = errors.join(also, on=key, how="left").with_columns(pl.col("tickets", "others").fill_null(0))
    of_record = counted.with_columns(tickets=pl.col("tickets") + pl.col("others"))
    first = [
        pl.first(name) for name in errors.columns if name not in FACT_KEY and name in world.truth["planted"].columns
    ]
    return of_record.group_by(FACT_KEY, maintain_order=True).agg(*first, pl.sum("tickets"))


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

    Contradictions (CF) and dates that differ (DT04) need no error of the record itself: it is enough that the person is
    truly dead or held, or that some record about the person is false. Officers may say that a record is wrong, and err.
    """
    planted = world.truth["planted"].filter(pl.col("issue") != "").select(TICKET_KEY).unique()
    extra = opened_tickets(world).join(planted, on=TICKET_KEY, how="anti")
    records = world.truth["record"].sort("business_date").unique(["feed", "record_id"], keep="first")
    records = records.select("feed", "record_id", "cause", "person_no", "named_person_no")
    explained = extra.with_columns(ticket_record="record_id").join(records, on=["feed", "record_id"], how="left")
    spoiled = world.truth["planted"].select("feed", "record_id", "column", is_spoiled=pl.lit(True)).unique()
    explained = explained.join(spoiled, on=["feed", "record_id", "column"], how="left")
    dead = world.truth["person"].filter(pl.col("death_date").is_not_null())["person_no"]
    explained = _by_chance(world, explained)
    about_false, is_judged = (
        pl.coalesce("named_person_no", "person_no").is_in(persons.implode())
        for persons in (_persons_of_false(world), _judged_wrong(world))
    )
    explained = explained.with_columns(
        asked_no=pl.when(pl.col("feed") == "registry")
        .then(pl.col("ticket_record").str.split("-").list.first().cast(pl.Int64, strict=False))
    )  # fmt: skip
    of_registry, second = pl.col("feed") == "registry", world.truth["second_number"]
    doubled = pl.concat([second["person_no"], second["human_no"]])
    of_second = of_registry & (pl.col("column") == "person_no") & pl.col("asked_no").is_in(doubled.implode())
    damaged_base, damaged_own = (_persons_spoiled_in(world, feeds) for feeds in (_BASE, _OWN_CHANNELS))
    is_conflict = pl.col("issue").str.starts_with("CF") | (pl.col("issue") == "DT04")
    why = (
        pl.when(is_conflict & (pl.col("cause") == "RELATIVE_USED_CARD")).then(pl.lit("RELATIVE_USED_CARD"))
        .when((pl.col("kind") == "CORRECT") & is_conflict & is_judged).then(pl.lit("OFFICERS_SAID_SO"))
        .when(is_conflict & about_false).then(pl.lit("ANOTHER_RECORD_IS_FALSE"))
        .when(is_conflict & (pl.col("person_no") != pl.col("named_person_no"))).then(pl.lit("ANOTHER_PERSONS_RECORD"))
        .when(is_conflict & (pl.col("kind") == "CHECK") & pl.col("named_person_no").is_in(dead.implode()))
        .then(pl.lit("PERSON_IS_DEAD"))
        .when(pl.col("is_spoiled") | pl.col("is_chance")).then(pl.lit("RECORD_IS_SPOILED"))
        .when(of_second).then(pl.lit("SECOND_NUMBER"))
        .when(of_registry & pl.col("asked_no").is_in(damaged_base.implode())).then(pl.lit("BASE_IS_DAMAGED"))
        .when(of_registry & pl.col("asked_no").is_in(damaged_own.implode())).then(pl.lit("OWN_CHANNEL_IS_DAMAGED"))
        .otherwise(pl.lit("UNEXPLAINED"))
    )  # fmt: skip
    return explained.with_columns(why=why)


def _by_chance(world: World, explained: pl.DataFrame) -> pl.DataFrame:
    """Adds is_chance: the ticket is what chance made of an error planted in the record (`ALSO`)."""
    made = world.truth["planted"].join(ALSO, on="kind").select(
        "feed", "record_id", column="also_column", issue="also_issue", is_chance=pl.lit(True)
    )  # fmt: skip
    return explained.join(made.unique(), on=TICKET_KEY, how="left")


def _persons_spoiled_in(world: World, feeds: tuple[str, ...]) -> pl.Series:
    """Whose number or name is wrong in one of the feeds."""
    of_identity = world.truth["planted"].filter(
        pl.col("feed").is_in(feeds) & pl.col("column").is_in(["id_number", "name"])
    )
    return of_identity["person_no"].drop_nulls().unique()


def _persons_of_false(world: World) -> pl.Series:
    """Persons about whom a record states something false: dead, still in custody, or another day."""
    errors = world.truth["planted"].join(
        world.truth["record"].select("feed", "record_id", "named_person_no").unique(), on=["feed", "record_id"]
    )
    kinds = [*FALSE_DEATHS, "STILL_LISTED", "OTHER_DEATH_DATE", "RELATIVE_NUMBER"]
    false = errors.filter(pl.col("kind").is_in(kinds) | (pl.col("column") == "event_date"))
    return false["named_person_no"].drop_nulls().unique()


def _judged_wrong(world: World) -> pl.Series:
    """Persons of whom officers judged that the source is wrong."""
    judged = world.verdicts.filter(pl.col("verdict") == "FALSE_SOURCE_ERROR").select("lead_id")
    return world.lake["listed"].join(judged, left_on="line_id", right_on="lead_id", how="semi")["person_no"].unique()


def contradictions(world: World) -> dict[str, Any]:
    """Planted contradictions: a living person reported dead under the own number, and vaccinated afterwards.

    Both records had come, and nobody had withdrawn or judged the first when they met. `…_asked_once`: the holder got
    one CHECK ticket about it, and no more.
    """
    met = _met(world)
    checks = opened_tickets(world).filter(pl.col("kind") == "CHECK")
    claims = checks.filter(pl.col("issue") == "CF01").group_by("feed", "record_id").agg(tickets=pl.len())
    records = world.truth["record"].select("feed", "record_id", "named_person_no").unique()
    signs = checks.filter(pl.col("issue") == "CF04").join(records, on=["feed", "record_id"])
    signs = signs.group_by("named_person_no", "agency").agg(tickets=pl.len())
    dead = met.select("feed", "record_id").unique().join(claims, on=["feed", "record_id"], how="left")
    alive = met.select("named_person_no", "agency").unique().join(signs, on=["named_person_no", "agency"], how="left")
    return {
        "deaths": dead.height,
        "deaths_asked_once": dead.filter(pl.col("tickets") == 1).height,
        "signs": alive.height,
        "signs_asked_once": alive.filter(pl.col("tickets") == 1).height,
    }


def _met(world: World) -> pl.DataFrame:
    """Grain: false death × vaccination. feed and record_id of the death; named_person_no; agency of the vaccination."""
    seen = seen_records(world)
    false = world.truth["planted"].filter(pl.col("kind").is_in(FALSE_DEATHS)).select("feed", "record_id").unique()
    explained = seen.join(false, on=["feed", "record_id"]).filter(pl.col("cause") != "REVOCATION")
    given = seen.filter((pl.col("feed") == "vaccination") & (pl.col("cause") == "OWN"))
    given = given.select("named_person_no", "agency", given="event_date", came="arrives_on")
    met = explained.drop("agency").join(given, on="named_person_no").filter(
        pl.col("given") > pl.col("event_date") + pl.duration(days=GRACE_DAYS)
    )  # fmt: skip
    first = met.group_by("feed", "record_id", "named_person_no", "agency").agg(
        day=pl.max_horizontal(pl.min("came"), pl.min("arrives_on"))
    )
    back = seen.filter(pl.col("cause") == "REVOCATION").select("feed", "record_id", ended="arrives_on")
    leads = world.lake["listed"].select(lead_id="line_id", named_person_no="person_no").unique()
    judged = world.verdicts.join(leads, on="lead_id").select("named_person_no", ended="arrived")
    ends = pl.concat(
        [
            first.join(back, on=["feed", "record_id"]).select(*first.columns, "ended"),
            first.join(judged, on="named_person_no").select(*first.columns, "ended"),
        ]
    )
    over = ends.filter(pl.col("ended") <= pl.col("day"))
    return first.join(over, on=["feed", "record_id"], how="anti")
