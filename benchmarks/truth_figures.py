"""The figures, under the names they are known by, and what stands behind those that should be none."""

from datetime import date
from typing import Any

import polars as pl

from benchmarks.intervals import exact_share
from benchmarks.truth_links import OTHERS, doubled_found, uncertified, wrong_links
from benchmarks.truth_persons import (
    adverse_outside_lawful_road,
    certified_after_death,
    coverage,
    days_death_to_lead,
    lead_precision,
    lead_recall_all_deaths,
    leads_per_million,
    missed_custody,
    overdue_proposals_alive,
    reported_deaths_with_lead,
    unled_reported_deaths,
)
from benchmarks.truth_tickets import (
    FALSE,
    contradictions,
    opened_tickets,
    reopened_tickets,
    ticketed,
    without_cause,
    wrong_agency,
)
from benchmarks.truth_world import World

Figure = dict[str, Any]


def figures(world: World) -> Figure:
    """The figures, under the names they are known by."""
    after, held = certified_after_death(world), ticketed(world)
    causes = without_cause(world)
    first_night = world.lake["certification_entry"]["as_of"].min()
    assert isinstance(first_night, date)
    strong = after.filter((pl.col("signal_code") != "PAIR") & ~pl.col("is_explained"))
    return {
        "adverse_outside_lawful_road": len(adverse_outside_lawful_road(world)),
        "overdue_proposals_alive": overdue_proposals_alive(world),
        "reported_deaths_with_lead": reported_deaths_with_lead(world),
        "lead_recall_all_deaths": lead_recall_all_deaths(world),
        "missed_custody": len(missed_custody(world)),
        "certified_after_death_any_class": {
            "persons": after["person_no"].n_unique(),
            "by_cause": _counts(after.unique(["person_no", "pass_date", "cause"]), "cause"),
        },
        "dead_certified_unexplained": strong["person_no"].n_unique(),
        "coverage_silent": coverage(world, "SILENT"),
        "coverage_self": coverage(world, "SELF"),
        "coverage_total": coverage(world),
        "wrong_facts": held.height,
        "ticketed_exactly_once": exact_share(held.filter(pl.col("tickets") == 1).height, held.height),
        "contradictions": contradictions(world),
        "ticketed_wrong_agency": wrong_agency(world).height,
        "tickets": opened_tickets(world).height,
        "tickets_reopened": reopened_tickets(world),
        "tickets_without_cause": {
            **exact_share(causes.filter(pl.col("why").is_in(FALSE)).height, opened_tickets(world).height),
            "why": _counts(causes, "why"),
        },
        "doubled_persons_found": exact_share(len(doubled_found(world)), world.truth["second_number"].height),
        "wrong_acting_links": _counts(wrong_links(world), "kind"),
        "uncertified": _counts(uncertified(world), "why"),
        "leads_per_million": leads_per_million(world),
        "lead_precision": lead_precision(world),
        "days_death_to_lead": days_death_to_lead(world, first_night),
    }


def detail(world: World) -> Figure:
    """Person and record numbers behind the figures that should be 0; the persons are simulated."""
    held = ticketed(world)
    unexplained = without_cause(world).filter(pl.col("why").is_in(FALSE))
    return {
        "adverse_outside_lawful_road": adverse_outside_lawful_road(world),
        "unled_reported_deaths": unled_reported_deaths(world),
        "missed_custody": missed_custody(world),
        "certified_after_death": certified_after_death(world).to_dicts(),
        "not_ticketed_once": _kinds(held.filter(pl.col("tickets") != 1), "kind"),
        "planted_by_kind": _counts(held, "kind"),
        "wrong_agency": _kinds(wrong_agency(world), "agency"),
        "unexplained_tickets": _kinds(unexplained, "cause"),
        "wrong_acting_links": wrong_links(world).to_dicts(),
        "uncertified_by_others": uncertified(world).filter(pl.col("why").is_in(OTHERS)).to_dicts(),
    }


def _counts(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(rows.group_by(column).len().sort(column).iter_rows())


def _kinds(rows: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    """How many, and one of them, for every feed, column and issue."""
    found = rows.group_by("feed", column, *(["column", "issue"])).agg(count=pl.len(), one=pl.min("record_id"))
    return found.sort("count", "feed", column, descending=[True, False, False], nulls_last=True).to_dicts()
