"""A broken conservation law about links stops the run and says by how much."""

from datetime import date

import pytest

from pipelines.errors import PipelineError
from pipelines.run.audit import audit, audit_links
from pipelines.run.driver import access_for
from pipelines.steps import PRECOMMIT_AUDIT
from schemas import tables as t
from tests.unit.conftest import row

RECORD = {"feed": "health", "delivery_id": "d1", "record_no": 1, "event_date": date(2024, 3, 1)}
TIED = {"person_no": 1, "match_state": "MATCHED", "match_tier": "STRONG", "link_use": "SUSPECT"}
IN_DOUBT = {"match_state": "AMBIGUOUS", "match_tier": "AMBIGUOUS", "link_use": "REVIEW"}


def lake_of(staged_lake, link, *candidates):
    """A lake with one link and the persons considered for it."""
    return staged_lake(
        {
            t.LINK: [row(t.LINK, **(RECORD | {"person_no": None} | link))],
            t.CANDIDATE: [
                row(t.CANDIDATE, **{n: v for n, v in (RECORD | one).items() if n != "event_date"}) for one in candidates
            ],
        }
    )


@pytest.mark.parametrize(
    ("link", "candidates"),
    [
        (TIED, [{"person_no": 1, "is_linked": True}, {"person_no": 2}]),
        (IN_DOUBT, [{"person_no": 1, "is_open": True}]),
    ],
    ids=["tied", "in doubt with a person in play"],
)
def test_a_lawful_link_is_counted_for_the_receipt(staged_lake, link, candidates):
    assert audit(lake_of(staged_lake, link, *candidates))["links"] == 1


@pytest.mark.parametrize(
    ("link", "candidates", "law"),
    [
        (TIED | {"person_no": None}, [], "records tied and records matched: 0 on one side, 1"),
        (TIED | {"link_use": "REVIEW"}, [], "records the policy lets act: 1 on one side, 0"),
        (TIED, [{"person_no": 2, "is_linked": True}], "persons linked and links to them: 1 on one side, 0"),
        (IN_DOUBT, [], "those with a person in play: 1 on one side, 0"),
        (
            TIED,
            [{"person_no": 2, "is_open": True}],
            "records in doubt and those with a person in play: 0 on one side, 1",
        ),
    ],
    ids=["matched to nobody", "not allowed", "linked elsewhere", "nobody in play", "in play without doubt"],
)
def test_a_broken_law_is_named(staged_lake, link, candidates, law):
    with pytest.raises(PipelineError, match=law):
        audit_links(access_for(lake_of(staged_lake, link, *candidates), PRECOMMIT_AUDIT))


def test_a_doubt_about_one_record_is_not_made_up_for_by_another(staged_lake):
    doubtful, tied = RECORD | IN_DOUBT | {"person_no": None}, RECORD | TIED | {"record_no": 2}
    in_play = {"feed": "health", "delivery_id": "d1", "record_no": 2, "person_no": 2, "is_open": True}
    lake = staged_lake(
        {t.LINK: [row(t.LINK, **doubtful), row(t.LINK, **tied)], t.CANDIDATE: [row(t.CANDIDATE, **in_play)]}
    )
    with pytest.raises(PipelineError, match="persons in play and records in doubt: 1 on one side, 0"):
        audit_links(access_for(lake, PRECOMMIT_AUDIT))
