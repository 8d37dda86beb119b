"""An agency reads of its own record only, under its own header, in words that name nobody else."""

from datetime import date

import polars as pl
import pyarrow as pa
import pytest

from pipelines.outgoing.tickets import (
    CONFLICTS,
    discrepancies,
    follow_up,
    legal_ground,
    new_tickets,
    present_values,
    to_follow_up,
)
from schemas import tables as t
from schemas.codes import Issue
from schemas.policy import Superior
from tests.derived import engine, shipped_codes, shipped_contracts, shipped_wording
from tests.unit.conftest import row

ABOUT = {"feed": "health", "delivery_id": "d1", "record_no": 3, "record_id": "H1", "agency": "health"}
ASKED = {"kind": "CHECK", "column": "event_date", "issue": "CF01", "entry_kind": "OPEN", "run_no": 1, "line_no": 1}
OTHERS = ("死亡", "在押", "到场", "公安", "卫生", "交通", "民政", "CF01", "CF03", "CF05")


@pytest.fixture(scope="module")
def backend():
    return engine()


def _entry(**values):
    return row(t.TICKET_ENTRY, **(ABOUT | ASKED | {"entry_id": "e", "ticket_id": "t"} | values))


def _rows(backend, *entries):
    delivery = row(t.DELIVERY, delivery_id="d1", file_name="a.csv")
    tables = [(t.TICKET_ENTRY, list(entries)), (t.DELIVERY, [delivery])]
    books = [backend.table(pa.Table.from_pylist(rows, table.arrow())) for table, rows in tables]
    return new_tickets(*books, since=0)


def _words(tickets, present=()):
    shown = pl.DataFrame(list(present), schema={"ticket_id": pl.String, "present_value": pl.String}, orient="row")
    contracts = shipped_contracts()
    lines = pl.DataFrame(tickets.to_pyarrow())
    return discrepancies(lines, shown, contracts, shipped_wording(), batch=date(2024, 3, 18), contact="office")


def test_only_what_was_opened_since_the_last_night_is_sent(backend):
    opened = _entry(ticket_id="new")
    before, closed = _entry(ticket_id="old", run_no=0), _entry(ticket_id="closed", entry_kind="CLOSE")
    assert _rows(backend, before, opened, closed).to_pyarrow()["ticket_id"].to_pylist() == ["new"]


@pytest.mark.parametrize(
    "sent",
    [
        {"run_no": 0},
        {"run_no": 0, "as_of": date(2024, 3, 19)},  # by a night about a later day than a backfill's
        {"run_no": -1, "is_correction": True},
    ],
)
def test_v20_what_an_earlier_run_has_sent_is_not_sent_again(backend, sent):
    again = _entry(entry_id="again", as_of=date(2024, 3, 18), run_no=2, is_correction=True)
    assert _rows(backend, _entry(**sent), again).to_pyarrow().num_rows == 0
    assert _rows(backend, again).to_pyarrow().num_rows == 1


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"answer": "ANSWERED_CORRECTED", "line": "CHECK"}, "请核实", "贵单位已答复更正，但此后报送的数据中仍有"),
        ({"answer": "ANSWERED_RIGHT", "line": "CORRECT", "kind": "CORRECT"}, "请更正", "经人工核实"),
        ({"line": "WITHDRAW", "kind": "CORRECT"}, "撤回更正", "此前的更正要求已撤回，本记录不需要因该要求更正"),
    ],
)  # fmt: skip
def test_v15_a_further_line_of_a_ticket_says_why(backend, change, kind, sentence):
    first = _entry(run_no=0, line_no=1, line="CHECK")
    further = _entry(entry_id="e2", line_no=2, entry_kind="CHANGE", **change)
    (ticket,) = _words(_rows(backend, first, further)).to_dicts()
    assert ticket["kind"] == kind
    assert ticket["issue_sentence"].startswith(sentence)


def test_v15_a_demand_that_was_withdrawn_is_named_where_the_question_stands(backend):
    first = _entry(run_no=0, line_no=1, line="CORRECT", kind="CORRECT")
    (ticket,) = _words(
        _rows(backend, first, _entry(entry_id="e2", line_no=2, line="CHECK", entry_kind="CHANGE"))
    ).to_dicts()
    assert (ticket["kind"], ticket["issue_sentence"]) == (
        "请核实",
        "此前的更正要求已撤回，仍请核实：另有来源信息与本记录不一致",
    )


@pytest.mark.parametrize("issue", CONFLICTS)
def test_a_conflict_names_no_other_agency_and_no_kind(backend, issue):
    (ticket,) = _words(_rows(backend, _entry(issue=issue))).to_dicts()
    assert (ticket["issue"], ticket["issue_sentence"]) == ("CF04", "另有来源信息与本记录不一致")
    assert not [word for word in OTHERS if word in f"{ticket['kind']}{ticket['issue']}{ticket['issue_sentence']}"]


@pytest.mark.parametrize(
    ("issue", "sentence"),
    [("ID04", Issue.ID04.sentence), ("ID08", "另有来源信息与本记录不一致"), ("NM06", "另有来源信息与本记录不一致")],
)
def test_what_the_record_alone_shows_is_named_and_what_another_told_is_not(backend, issue, sentence):
    shown = [("t", "629999194207209657")]
    (ticket,) = _words(_rows(backend, _entry(issue=issue, column="id_number")), shown).to_dicts()
    assert (ticket["kind"], ticket["issue_sentence"]) == ("请核实", sentence)


def test_a_value_we_could_not_read_is_looked_up_in_the_agencys_file(backend):
    (ticket,) = _words(_rows(backend, _entry(kind="CORRECT", issue="SQ05"))).to_dicts()
    assert ticket["issue_sentence"] == "代码值不在约定的代码表中；现值见贵单位原文件该行"


def test_the_row_is_the_one_a_spreadsheet_shows(backend):
    assert _words(_rows(backend, _entry(record_no=3)))["record_no"].to_list() == [4]
    assert _words(_rows(backend, _entry(record_no=3, feed="self_certification")))["record_no"].to_list() == [3]


@pytest.mark.parametrize(("day", "named"), [(date(2025, 7, 31), "暂行办法"), (date(2025, 8, 1), "共享条例")])
def test_the_rule_named_was_in_force_that_day(day, named):
    assert named in legal_ground(day, shipped_wording())


def test_an_error_of_the_record_itself_is_named(backend):
    (ticket,) = _words(
        _rows(backend, _entry(kind="CORRECT", issue="ID02", column="id_number")), [("t", "1")]
    ).to_dicts()
    assert (ticket["kind"], ticket["issue"], ticket["issue_sentence"]) == ("请更正", "ID02", Issue.ID02.sentence)


def test_what_officers_found_wrong_is_to_be_corrected(backend):
    (ticket,) = _words(_rows(backend, _entry(kind="CORRECT", issue="CF04"))).to_dicts()
    assert (ticket["kind"], ticket["issue_sentence"]) == ("请更正", "经人工核实，本记录所载事项与事实不符")


def test_the_column_bears_the_agencys_own_header(backend):
    header = shipped_contracts()["health"].column("event_date").header
    assert _words(_rows(backend, _entry()))["column"].to_list() == [header]


def test_present_value_is_of_the_questioned_column_of_that_record_only(backend):
    validated = backend.table(
        pa.table({"delivery_id": ["d1", "d1"], "record_no": [3, 4], "event_date": [date(2024, 1, 1), date(2024, 1, 2)]})
    )
    present = present_values(_rows(backend, _entry()), validated, ["event_date"]).to_pyarrow().to_pylist()
    assert present == [{"ticket_id": "t", "present_value": "2024-01-01"}]


@pytest.mark.parametrize(
    ("status", "agency", "to_do"),
    [
        ("EXPIRED", "health", "答复期限已过仍未答复，请联系该单位的上级联系人（省样例处，电话0000）催办"),
        ("EXPIRED", "justice", "答复期限已过仍未答复，请联系该单位的上级联系人催办"),
        ("NOT_OURS", "health", "该单位答复不是其数据，请查明应由哪个单位答复"),
    ],
)
def test_an_expired_ticket_goes_to_the_superior_that_the_home_names(backend, status, agency, to_do) -> None:
    entry = _entry(status=status, agency=agency, line_date=date(2024, 3, 1), answered_on=None)
    of_desk = to_follow_up(backend.table(pa.Table.from_pylist([entry], t.TICKET_ENTRY.arrow())), since=0)
    rows = follow_up(
        pl.DataFrame(of_desk.to_pyarrow()),
        shipped_wording(),
        shipped_codes(),
        superiors={"health": Superior(name="省样例处", telephone="0000")},
        last_day=lambda day: day,
    )
    assert rows["to_do"].to_list() == [to_do]
