"""Leads, proposals and certifications against what was true of the persons."""

from datetime import date
from typing import Any, Final

import polars as pl

from benchmarks.intervals import exact_share, share
from benchmarks.truth_world import World, seen_records

DEATH_CAUSES: Final = ("DEATH_REPORT", "VILLAGE_LIST", "DIED_IN_HOSPITAL", "DEATH_CORRECTED", "OFFICER_TOLD_DEAD")
STATE_OF: Final = {
    **dict.fromkeys(("LS01", "LS02", "LS03", "LS04", "LS05", "LS15", "LS17", "LS18"), ("DEAD",)),
    "LS06": ("IN_PRISON",), "LS07": ("IN_CUSTODY", "IN_PRISON"), "LS09": ("MISSING",), "LS10": ("ABROAD",),
    "LS11": ("DRAWING_TWICE",), "LS12": ("EMPLOYED",), "LS13": ("REMARRIED",), "LS14": ("ADULT",), "LS16": ("ADOPTED",),
    "LS19": ("WANTED",),
}  # fmt: skip
LOSS_WORDS: Final = "经人工核实属实"
STAGES: Final = 3  # reminders before an overdue proposal
Figure = dict[str, Any]


def leads(world: World) -> pl.DataFrame:
    """Grain: person × loss group: the first night it was a lead, with the kinds claimed over time."""
    entries = world.lake["lead_entry"].filter(
        pl.col("status").is_in(["LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN", "CONFIRMED"])
    )
    return entries.group_by("person_no", "loss_group").agg(
        opened=pl.min("as_of"), kinds=pl.col("loss_kind").unique().sort()
    )


def adverse_outside_lawful_road(world: World) -> list[Figure]:
    """Losses proposed or confirmed, and overdue proposals, off their lawful road.

    A loss needs a true verdict of three signers that had arrived, and, other than a death, fifteen working days (so at
    least twenty-one days) since the notice. Overdue needs three reminder stages and two channels of contact after the
    due date.
    """
    leads_of = world.lake["listed"].select("person_no", "loss_group", lead_id="line_id").unique()
    lawful = world.verdicts.filter(
        (pl.col("verdict").is_in(["TRUE_LOSS", "ALREADY_STOPPED"])) & (pl.col("signers") == 3)
    )
    lawful = lawful.join(leads_of, on="lead_id")
    confirmed = world.lake["certification_entry"].filter(pl.col("outcome") == "LOSS_CONFIRMED")
    lost = pl.concat(
        [
            world.proposals.filter(pl.col("ground").str.contains(LOSS_WORDS)).select("person_no", "day"),
            confirmed.select("person_no", day="as_of"),
        ]
    ).unique()
    waited = (pl.col("loss_group") == "DEATH") | (pl.col("notice_date") + pl.duration(days=21) <= pl.col("day"))
    in_time = (pl.col("arrived") <= pl.col("day")) & (pl.col("verified_date") < pl.col("day")) & waited
    founded = lost.join(lawful, on="person_no").filter(in_time)
    unlawful = lost.join(founded, on=["person_no", "day"], how="anti").with_columns(road=pl.lit("LOSS"))
    return pl.concat([unlawful, _unlawful_overdue(world).with_columns(road=pl.lit("OVERDUE"))]).to_dicts()


def _overdue(world: World) -> pl.DataFrame:
    return world.proposals.filter(~pl.col("ground").str.contains(LOSS_WORDS)).select("person_no", "day")


def _unlawful_overdue(world: World) -> pl.DataFrame:
    written = world.lake["reminder"].filter(pl.col("obstacle") == "")
    reached = written.group_by("person_no", "due_date").agg(stages=pl.col("stage").n_unique())
    missed = world.lake["link"].filter((pl.col("qualifier_code") == "NOT_FOUND") & ~pl.col("is_revoked"))
    late = _overdue(world).join(reached.filter(pl.col("stages") >= STAGES), on="person_no")
    tried = late.join(missed.select("person_no", "event_code", "event_date"), on="person_no").filter(
        (pl.col("event_date") > pl.col("due_date")) & (pl.col("event_date") <= pl.col("day"))
    )
    channels = tried.group_by("person_no", "day").agg(channels=pl.col("event_code").n_unique())
    return _overdue(world).join(channels.filter(pl.col("channels") >= 2), on=["person_no", "day"], how="anti")


def overdue_proposals_alive(world: World) -> int:
    """Overdue proposals about somebody who lives on the day of the proposal."""
    overdue_rows = _overdue(world).join(world.truth["person"].select("person_no", "death_date"), on="person_no")
    return overdue_rows.filter(pl.col("death_date").is_null() | (pl.col("death_date") > pl.col("day"))).height


def _drawing_dead(world: World) -> pl.DataFrame:
    """Persons who drew on the first night and had died by the last."""
    dead = world.truth["person"].filter(pl.col("is_drawing") & (pl.col("death_date") <= world.last))
    return dead.select("person_no", "death_date")


def _reported_dead(world: World) -> pl.DataFrame:
    """Those of whom an exact record of the death came, stated within thirty days of it and with its date unspoiled."""
    spoiled = world.truth["planted"].filter(pl.col("column") == "event_date").select("feed", "record_id").unique()
    stated = seen_records(world).filter(pl.col("is_exact") & pl.col("cause").is_in(DEATH_CAUSES))
    stated = stated.join(spoiled, on=["feed", "record_id"], how="anti").join(_drawing_dead(world), on="person_no")
    within = stated.filter(pl.col("business_date") <= pl.col("death_date") + pl.duration(days=30))
    return within.select("person_no", "death_date").unique()


def _led(world: World, group: str) -> pl.DataFrame:
    return leads(world).filter(pl.col("loss_group") == group).select("person_no", "opened")


def unled_reported_deaths(world: World) -> list[int]:
    return sorted(_reported_dead(world).join(_led(world, "DEATH"), on="person_no", how="anti")["person_no"])


def reported_deaths_with_lead(world: World) -> Figure:
    """Share of `_reported_dead` with a lead of death."""
    reported = _reported_dead(world)
    return exact_share(reported.height - len(unled_reported_deaths(world)), reported.height)


def lead_recall_all_deaths(world: World) -> Figure:
    """Share of `_drawing_dead` with a lead of death, reported or not."""
    dead = _drawing_dead(world)
    return exact_share(dead.join(_led(world, "DEATH"), on="person_no", how="semi").height, dead.height)


def missed_custody(world: World) -> list[int]:
    """Persons drawing what custody suspends, with an exact record that came before the term was over, and no lead.

    Remand touches the employees' pension alone, prison all but unemployment.
    """
    stated = seen_records(world).filter(pl.col("is_exact") & pl.col("cause").is_in(["CUSTODY", "PRISON_TERM"]))
    drawing = world.lake["entitlement"].filter(pl.col("payment_state").is_in(["DRAWING", "SUSPENDED"]))
    touched = stated.join(drawing.select("person_no", "programme_code"), on="person_no").filter(
        pl.when(pl.col("cause") == "CUSTODY").then(pl.col("programme_code") == "EMPLOYEE_PENSION")
        .otherwise(pl.col("programme_code") != "UNEMPLOYMENT")
    )  # fmt: skip
    state = pl.when(pl.col("cause") == "CUSTODY").then(pl.lit("IN_CUSTODY")).otherwise(pl.lit("IN_PRISON"))
    terms = world.truth["person_state"].select("person_no", "state", "from_date", "to_date")
    running = touched.with_columns(state=state).join(terms, on=["person_no", "state"]).filter(
        (pl.col("from_date") == pl.col("event_date"))
        & (pl.col("to_date").is_null() | (pl.col("to_date") > pl.col("arrives_on")))
    )  # fmt: skip
    spoiled = world.truth["planted"].filter(pl.col("column") == "event_date").select("feed", "record_id").unique()
    due = running.join(spoiled, on=["feed", "record_id"], how="anti")
    return sorted(due.join(_led(world, "CUSTODY"), on="person_no", how="anti")["person_no"].unique())


def certified_after_death(world: World) -> pl.DataFrame:
    """Grain: person × pass × record it rests on. Certified by evidence dated after the death.

    Columns: person_no, death_date, pass_date, signal_code, cause, is_explained (a planted error of identity or date).
    """
    dead = world.truth["person"].filter(pl.col("death_date").is_not_null()).select("person_no", "death_date")
    entries = world.lake["certification_entry"].filter(
        pl.col("outcome").str.starts_with("CERTIFIED") | (pl.col("outcome") == "DUE_SOON")
    )
    passes = entries.select("person_no", "pass_date", "signal_code").unique().join(dead, on="person_no")
    after = passes.filter(pl.col("pass_date") > pl.col("death_date"))
    facts = world.lake["life_fact"].select("person_no", "feed", "record_id", pass_date="event_date")
    causes = world.truth["record"].group_by("feed", "record_id").agg(pl.first("cause", "person_no"))
    spoiled = world.truth["planted"].filter(pl.col("column").is_in(["event_date", "id_number", "name"]))
    spoiled = spoiled.select("feed", "record_id", error="kind").unique(["feed", "record_id"])
    causes = causes.rename({"person_no": "true_person_no"}).join(spoiled, on=["feed", "record_id"], how="left")
    stated = after.join(facts, on=["person_no", "pass_date"], how="left").join(
        causes, on=["feed", "record_id"], how="left"
    )
    other = (pl.col("true_person_no") != pl.col("person_no")).fill_null(pl.col("feed").is_not_null())
    return stated.with_columns(
        cause=pl.coalesce("error", "cause", pl.lit("NO_RECORD")), is_explained=other | pl.col("error").is_not_null()
    ).select("person_no", "death_date", "pass_date", "signal_code", "cause", "is_explained")


def coverage(world: World, *methods: str) -> Figure:
    """Share of persons in scope on the last night who hold a pass that still lasts, by one of the methods."""
    scope = world.lake["decision"].filter(pl.col("outcome") != "OUT_OF_SCOPE")
    lasts = pl.col("pass_date").is_not_null() & (pl.col("due_date") >= world.last)
    clear = pl.col("outcome").str.starts_with("CERTIFIED") | (pl.col("outcome") == "DUE_SOON")
    by_method = pl.col("method").is_in(methods) if methods else pl.lit(True)
    persons = scope.group_by("person_no").agg(covered=(lasts & clear & by_method).any())
    return share(int(persons["covered"].sum()), persons.height)


def leads_per_million(world: World) -> float:
    """Leads (person × group) per million insured entitlements."""
    return round(leads(world).height / max(1, world.lake["entitlement"].height) * 1e6, 1)


def lead_precision(world: World) -> Figure:
    """Share of leads that were true when they were opened: a state named by one of their kinds held, or had held."""
    wanted = pl.DataFrame(
        [(kind, state) for kind, states in STATE_OF.items() for state in states], schema=["kind", "state"], orient="row"
    )
    opened = leads(world).with_row_index("lead")
    states = world.truth["person_state"].select("person_no", "state", "from_date", "to_date")
    named = (
        opened.explode("kinds").join(wanted, left_on="kinds", right_on="kind").join(states, on=["person_no", "state"])
    )
    holds = (pl.col("from_date") <= pl.col("opened")) & (
        pl.col("to_date").is_null() | (pl.col("to_date") > pl.col("opened"))
    )
    return exact_share(named.filter(holds)["lead"].n_unique(), opened.height)


def days_death_to_lead(world: World, first_night: date) -> Figure:
    """Days from a death after the first night to its lead: median and 95th percentile of those that have one."""
    dead = _drawing_dead(world).filter(pl.col("death_date") >= first_night).join(_led(world, "DEATH"), on="person_no")
    days = (dead["opened"] - dead["death_date"]).dt.total_days()
    return {"of": dead.height, "median": days.median(), "p95": days.quantile(0.95, "nearest")}
