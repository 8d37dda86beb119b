"""Persons to be greeted: each in the list of its county once, worded as a greeting; rates with Wilson's interval."""

from datetime import date

import pytest
from scipy.stats import binomtest

from pipelines.outgoing.figures import headlines, rates, wilson
from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX
from schemas import tables as t
from tests.derived import AS_OF, derive, row, shipped_wording
from tests.unit.conftest import decided, person

SUSPICION = ("疑", "死亡", "去世", "核实", "冒领", "丧失", "停发", "抽查", "检查", "审计")


def _files(run_no=1, **sample):
    drawn = {"month": AS_OF.replace(day=1), "person_no": 1, "county_code": "621022", "run_no": 1, "as_of": AS_OF}
    tables = {
        t.AUDIT_SAMPLE: [row(t.AUDIT_SAMPLE, **drawn | sample)],
        t.DECISION: [decided(1, "CERTIFIED_SILENT"), decided(1, "CERTIFIED_SILENT", programme_code="DEPENDANT")],
        t.PERSON: [person(1)],
    }
    derived = derive(OUTGOING, tables, run_no=run_no).content[OUTBOX]
    return {name: data.decode("utf-8-sig") for name, data in derived.items() if name.endswith(".csv")}


def test_who_is_drawn_tonight_is_on_the_list_of_the_county_once():
    content = _files()["county-621022/care_visits.csv"]
    header, line = content.splitlines()
    assert header.startswith('"个人编号","姓名","联系电话"')
    assert line.startswith('"1","测试1","13800000001"')
    assert "每月随机联系部分领取待遇的人员" in line


def test_a_list_of_an_earlier_night_is_not_sent_again():
    assert "county-621022/care_visits.csv" not in _files(run_no=2)


@pytest.mark.parametrize("word", SUSPICION)
def test_it_reads_as_a_greeting(word):
    worklists = shipped_wording().worklists
    assert word not in worklists.greeting + worklists.how_to_greet


@pytest.mark.parametrize(("hits", "of"), [(0, 1), (1, 1), (0, 30), (1, 30), (59, 2579), (30, 30), (7, 12)])
def test_the_interval_is_that_of_a_library(hits, of):
    expected = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    rate = wilson("x", hits, of)
    assert (rate.low, rate.high) == (pytest.approx(expected.low, abs=1e-6), pytest.approx(expected.high, abs=1e-6))


def test_of_nothing_there_is_no_rate():
    assert wilson("x", 0, 0)[3:] == (None, None, None)


def test_rates_are_told_of_a_night_that_counted_them():
    counted = {"AUDIT_WRONG": 1, "AUDIT_HEARD": 20, "THEN_REFUTED": 3, "EVER_CONFIRMED": 60, "CONFIRMED": 57}
    rows = [
        {"run_no": 3, "as_of": date(2024, 3, 18), "figure": name, "value": value} for name, value in counted.items()
    ]
    shares = {rate.name: rate.share for rate in rates(headlines(rows, run_no=3))}
    assert shares == {"wrong_certification": 0.05, "false_suspicion": 0.05}
    assert rates(headlines(rows, run_no=2)) == []
