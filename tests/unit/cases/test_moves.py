"""The declared moves of cases: what does not fit is refused, and a home's rows are laid over ours."""

from datetime import date

import pytest
import yaml
from pydantic import ValidationError

from pipelines.cases.judged import LEADS_TO
from pipelines.cases.step import CASES
from pipelines.home.declared import SCHEMAS
from schemas.codes import CaseEvent, CaseKind, CaseState
from schemas.declaration import DeclarationError
from schemas.overlay import read_policy
from schemas.policy import CaseMoves
from schemas.tables import CASE, CASE_EVENT, SENT, TICKET_ENTRY
from tests.derived import derive, row, rows_of, shipped_policy

LEAD = shipped_policy().cases[CaseKind.LEAD]
ROWS = [move.model_dump(mode="json", by_alias=True) for move in LEAD.transitions]
OWED = {"OPEN": "OFFICE"}


@pytest.mark.parametrize(
    ("rows", "owed", "fault"),
    [
        ([*ROWS, {"from": ["OPEN"], "event": "CLOSED", "to": "REFUTED"}], OWED, "two rows say .* OPEN CLOSED"),
        ([*ROWS, {"from": ["CLOSED"], "event": "SENT", "to": "NEW"}], OWED, "to: NEW"),
        ([one for one in ROWS if one["to"] != "CONFIRMED"], OWED, "no row leads to CONFIRMED"),
        ([*ROWS, {"from": ["OPEN"], "event": "TERM_OVER", "to": "CLOSED"}], OWED, "event"),
        ([*ROWS, {"from": ["OPEN"], "event": "SENT", "to": "CLOSED", "term": "forever"}], OWED, "term"),
        (ROWS, OWED | {"EXECUTED": "OFFICE"}, "owed_by: no row leads to EXECUTED"),
        (ROWS, {"OPEN": "NOBODY"}, "owed_by"),
    ],
)
def test_moves_that_do_not_fit_are_refused(rows, owed, fault):
    with pytest.raises(ValidationError, match=fault):
        CaseMoves.model_validate({"transitions": rows, "owed_by": owed})


@pytest.mark.parametrize("kind", [CaseKind.LEAD, CaseKind.MATCH_REVIEW])
def test_a_judgement_leads_to_what_was_judged_wherever_its_event_is_named(kind):
    for (_, event), state in shipped_policy().cases[kind].moves.items():
        if event is not CaseEvent.LISTED:
            assert LEADS_TO[state] is event


def test_of_a_lead_every_judgement_leads_to_every_other():
    judged = {CaseState.OPEN, CaseState.CONFLICT, CaseState.NOTICE_GIVEN, CaseState.CONTINUED, CaseState.CONFIRMED,
              CaseState.REFUTED, CaseState.CLOSED}  # fmt: skip
    moves = LEAD.moves
    assert all(moves[state, LEADS_TO[other]] is other for state in judged for other in judged - {state})


def test_a_home_says_who_makes_the_next_move(tmp_path):
    own = {"LEAD": {"owed_by": {"CONFIRMED": "OFFICE"}}}
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    cases = read_policy([SCHEMAS / "policy", tmp_path]).cases
    assert cases[CaseKind.LEAD].owed_by == LEAD.owed_by | {"CONFIRMED": "OFFICE"}
    assert cases[CaseKind.REQUEST] == shipped_policy().cases[CaseKind.REQUEST]
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"LEADS": own["LEAD"]}), encoding="utf-8")
    with pytest.raises(DeclarationError, match="LEADS"):
        read_policy([SCHEMAS / "policy", tmp_path])


def test_a_run_that_declared_no_moves_has_no_cases_but_its_tickets():

    line = row(SENT, case_kind="PROPOSAL", number="p1", person_no=1, effect="END")
    ticket = row(TICKET_ENTRY, ticket_id="t1", entry_id="e1", agency="health", status="UPHELD", as_of=date(2024, 3, 18))
    policy = shipped_policy().model_copy(update={"cases": {}})
    derived = derive(CASES, {SENT: [line], TICKET_ENTRY: [ticket]}, policy=policy)
    assert rows_of(derived, CASE_EVENT) == []
    assert [case["case_id"] for case in rows_of(derived, CASE)] == ["t1"]
