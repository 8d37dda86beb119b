"""The letter to a person: every status can be told, kindly, without agency, amount or code."""

from datetime import date
from types import SimpleNamespace

import pytest

from pipelines.read.explain import _context, _render
from pipelines.read.restored import Stops, restored_benefits
from schemas import tables as t
from schemas.codes import LossKind, LossState, Outcome, PaymentState, SignalClass
from tests.derived import context
from tests.unit.conftest import AS_OF, DUE, claimed, decided, row

RUN = SimpleNamespace(context=context(policy=SimpleNamespace(contact="核对岗"), contracts={}))
RECEIPT = SimpleNamespace(as_of=AS_OF, number=7, kind="night", policy_digest="0" * 64)
PASSED = {"pass_date": date(2023, 5, 6), "method": "SILENT", "due_date": DUE, "certification_state": "CERTIFIED"}
PROMISE = "提出异议不影响您继续领取待遇"
CONDOLENCE = "深表哀悼"


def _letter(*decisions, claims=(), signs="AB", doubtful=(), stops=((), (), ()), is_held=False, is_found_dead=False):
    facts = [row(t.LIFE_FACT, signal_class=sign, event_date=AS_OF, signal_code="VACCINATION") for sign in signs]
    found = {"decisions": decisions, "life_facts": facts, "loss_facts": [], "claims": claims, "entries": []}
    found |= {"story_lines": ["x"], "offices": ["环县社会保险经办机构"], "name": "张例", "is_held": is_held}
    found["is_found_dead"] = is_found_dead
    found["restored"] = restored_benefits(decisions, Stops(*stops), RUN.context.wording)
    found["matches"] = {"plain": [], "tied": [], "doubtful": doubtful}
    return _render("letter.txt.j2", found | _context(RUN, RECEIPT))


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("payment", PaymentState)
def test_every_outcome_can_be_told_without_code_or_agency(outcome, payment):
    letter = _letter(
        decided(1, outcome, payment_state=payment, adjustment_frozen=True, **PASSED), signs=list(SignalClass)
    )
    assert not [word for word in ("VACCINATION", "RESIDENT", "621022", "health", "卫生健康", outcome) if word in letter]
    assert "2023年5月6日" in letter
    assert (PROMISE in letter) == (payment == PaymentState.DRAWING)


@pytest.mark.parametrize("kind", LossKind)
@pytest.mark.parametrize("status", [state for state in LossState if state != LossState.NONE])
def test_every_claim_can_be_told(kind, status):
    about = {"loss_kind": kind, "loss_group": "CUSTODY", "event_date": AS_OF}
    letter = _letter(decided(1, "LEAD_OPEN", loss_state=status), claims=[claimed(1, status, **about)])
    assert f"{kind.label}类登记" in letter
    assert CONDOLENCE not in letter
    assert ("深表歉意" in letter) == (status == LossState.REFUTED)


def test_a_family_in_grief_is_met_and_the_living_are_told_how_to_be_heard():
    open_lead = _letter(decided(1, "LEAD_OPEN", loss_state="LEAD_OPEN"), claims=[claimed(1, "LEAD_OPEN")])
    assert CONDOLENCE in open_lead
    assert "当面确认一次即可" in open_lead
    assert "不会据此停发您的待遇" in open_lead
    confirmed = _letter(decided(1, "LOSS_CONFIRMED", loss_state="CONFIRMED"), claims=[claimed(1, "CONFIRMED")])
    assert CONDOLENCE in confirmed
    assert "如果收到本说明的您就是本人" in confirmed
    assert PROMISE not in confirmed


def test_who_is_overdue_hears_what_to_do_and_that_nothing_stops_by_itself():
    letter = _letter(decided(1, "OVERDUE", **(PASSED | {"certification_state": "OVERDUE"})))
    assert "不会仅因到期而自动停发" in letter
    assert "上门服务" in letter
    assert "2024年4月10日" in letter


def test_a_record_in_doubt_is_told_without_saying_what_it_is():
    doubt = "没有采用，也不影响您的待遇"
    assert doubt not in _letter(decided(1, "CERTIFIED_SILENT", **PASSED))
    assert doubt not in _letter(decided(1, "CERTIFIED_SILENT", **PASSED), doubtful=[{"is_open": False}])
    letter = _letter(decided(1, "CERTIFIED_SILENT", **PASSED), doubtful=[{"is_open": True, "feed": "health"}])
    assert doubt in letter
    assert "health" not in letter


KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
NAMES_OF_DEATH = ("死亡", "离世", "去世", "哀悼", "丧葬", "火化")
RESUMED = row(t.RESUMPTION, **KEY, reason="DISPROVED", unpaid_months=3, owed_from=date(2024, 1, 1), back_pay_fen=1)
PAID = row(t.RESTORATION, **KEY, paid_on=date(2024, 3, 1), days=20)
GAP = row(t.EXECUTION_ALARM, **KEY, alarm="RESUMED_NOT_BACK_PAID", months=2)


@pytest.mark.parametrize(
    ("payment", "stops", "expected"),
    [
        ("SUSPENDED", ([RESUMED], [], []), ["我们已建议恢复发放", "共3个月，自2024年1月起算"]),
        ("TERMINATED", ([RESUMED | {"reason": "ALIVE_AFTER_STOP"}], [], []), ["尽快核实并建议恢复发放"]),
        ("SUSPENDED", ([RESUMED | {"unpaid_months": None}], [], []), ["我们已建议恢复发放"]),
        ("DRAWING", ([], [PAID], [GAP]), ["恢复后的第一笔为2024年3月", "还有2个月没有补发"]),
        ("DRAWING", ([], [PAID], []), ["停发期间的待遇已经补发"]),
        ("DRAWING", ([], [PAID | {"paid_on": None}], [GAP]), ["此前停发的待遇已恢复发放。", "还有2个月没有补发"]),
    ],
    ids=["suspended", "terminated", "nobody knows how many months", "months left", "all paid", "not paid yet"],
)
def test_who_was_stopped_wrongly_is_told_what_is_restored_and_never_of_a_death(payment, stops, expected):
    alive = claimed(1, "CONFLICT", event_date=AS_OF)
    letter = _letter(decided(1, "CERTIFIED_SELF", payment_state=payment, **PASSED), claims=[alive], stops=stops)
    assert [words for words in expected if words not in letter] == []
    assert [word for word in (*NAMES_OF_DEATH, "元", "None") if word in letter] == []


def test_a_benefit_that_was_resumed_and_of_which_no_payment_is_known_is_not_called_paid():
    resumed = decided(1, "CERTIFIED_SELF", payment_state="DRAWING", **PASSED)
    letter = _letter(resumed, stops=([], [PAID | {"paid_on": None}], []))
    assert "此前停发的待遇已恢复发放。" in letter
    assert "已经补发" not in letter


def test_who_draws_nothing_because_of_a_wrong_stop_is_not_told_that_nothing_is_due():
    stopped = decided(1, "OUT_OF_SCOPE", payment_state="TERMINATED")
    assert "不在认证范围" in _letter(stopped)
    letter = _letter(stopped, stops=([RESUMED], [], []))
    assert "待遇已停发，正在办理恢复" in letter
    assert "不在认证范围" not in letter


def test_a_term_that_is_over_was_no_mistake():
    over = RESUMED | {"reason": "TERM_OVER"}
    assert "不成立" not in _letter(decided(1, "CERTIFIED_SELF", payment_state="SUSPENDED"), stops=([over], [], []))


def test_the_letter_is_to_the_person_and_after_a_confirmed_death_to_the_family():
    dead = claimed(1, "CONFIRMED")
    assert "\n张例：\n您好！截至2024年3月18日，您的" in _letter(
        decided(1, "LEAD_OPEN"), claims=[claimed(1, "LEAD_OPEN")]
    )
    assert "\n张例的家属：\n您好！截至2024年3月18日，张例的" in _letter(decided(1, "LOSS_CONFIRMED"), claims=[dead])
    custody = dead | {"loss_group": "CUSTODY", "loss_kind": "LS07"}
    assert "\n张例：\n" in _letter(decided(1, "LOSS_CONFIRMED"), claims=[custody])


def test_what_is_found_true_waits_while_data_are_late():
    confirmed = {"claims": [claimed(1, "CONFIRMED")], "is_held": True}
    letter = _letter(decided(1, "HELD_STALE", loss_state="CONFIRMED"), **confirmed)
    assert "数据到齐之前不会据下述核实结果停发待遇" in letter
    assert "下一步：数据到齐后" in letter
    assert "暂不作判断" not in letter


def test_a_benefit_that_officers_found_no_loss_of_is_not_said_to_stop_once_data_have_come():
    other = {"programme_code": "EMPLOYEE_PENSION", "county_code": "620102"}
    held, plain = decided(1, "HELD_STALE", loss_state="CONFIRMED"), decided(1, "HELD_STALE", **other)
    remarried = claimed(1, "CONFIRMED", loss_group="CONDITION", loss_kind="LS13")
    letter = _letter(held, plain, claims=[remarried], is_held=True)
    assert letter.count("数据到齐之前不会据下述核实结果停发待遇") == 1
    assert letter.count("暂不作判断，您不需要办理任何手续") == 1


@pytest.mark.parametrize("payment", ["TERMINATED", "NOT_DRAWING"])
def test_the_family_of_a_dead_person_is_met_after_the_benefit_has_ended(payment):
    letter = _letter(decided(1, "OUT_OF_SCOPE", payment_state=payment), is_found_dead=True)
    assert "\n张例的家属：\n您好！截至2024年3月18日，张例的" in letter
    expected = (CONDOLENCE, "如果收到本说明的您就是本人", "行政复议")
    assert [words for words in expected if words not in letter] == []
    alive = _letter(decided(1, "OUT_OF_SCOPE", payment_state=payment), stops=([RESUMED], [], []), is_found_dead=True)
    assert "\n张例：\n" in alive
    assert CONDOLENCE not in alive


@pytest.mark.parametrize("outcome", ["LOSS_CONFIRMED", "HELD_STALE"])
def test_who_dies_after_a_wrong_stop_was_restored_is_not_written_to(outcome):
    dead = decided(1, outcome, loss_state="CONFIRMED", payment_state="DRAWING")
    is_held = outcome == "HELD_STALE"
    letter = _letter(dead, claims=[claimed(1, "CONFIRMED")], stops=([], [PAID], [GAP]), is_held=is_held)
    assert "\n张例的家属：\n" in letter
    assert CONDOLENCE in letter
    assert "恢复发放。给您" not in letter


def test_a_benefit_that_is_suspended_already_is_not_said_to_be_paid_until_data_have_come():
    held = decided(1, "HELD_STALE", loss_state="CONFIRMED", payment_state="SUSPENDED")
    custody = claimed(1, "CONFIRMED", loss_group="CUSTODY", loss_kind="LS06")
    letter = _letter(held, claims=[custody], is_held=True)
    assert "目前待遇为暂停发放状态" in letter
    assert "不会据下述核实结果停发待遇" not in letter
