"""Who may judge what: accounts of the register, on duty, in their role, of the person's office (V9, V13, V16, V17)."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.resolved.verdicts import Lines, find_verdicts, words_for_meetings
from schemas.officers import Register
from schemas.spreadsheet import word
from tests.derived import shipped_codes
from tests.unit.resolved.test_links import received

DAY = date(2024, 3, 18)
LINES = Lines({"line": 1, "far": 2}, {1: frozenset({"621022"}), 2: frozenset({"620102"})})
ROLES = ("HANDLER", "REVIEWER", "APPROVER")


def _officer(account: str, *roles: str, office: str = "621022", **more: Any) -> dict[str, Any]:
    return {
        "account": account,
        "name": f"{account}-name",
        "office": office,
        "roles": roles,
        "from": date(2024, 1, 1),
    } | more


REGISTER = Register.model_validate(
    {
        "officers": [
            _officer("zs", *ROLES),
            _officer("ls", *ROLES),
            _officer("ww", *ROLES, office="province"),
            _officer("far", *ROLES, office="620102"),
            _officer("gone", *ROLES, to=date(2024, 3, 1)),
            _officer("clerk", "HANDLER"),
        ]
    }
)
THREE = {"handler": "zs", "reviewer": "ls", "approver": "ww"}
TRUE = {"lead_id": "line", "verdict": "TRUE_LOSS", "verified_date": DAY, **THREE}


def judged(*rows: dict[str, Any], register: Register | None = REGISTER) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """VERDICT, and (column, reason) of what cannot count."""
    given = [{"record_id": f"v{n}", "is_revoked": False} | one for n, one in enumerate(rows)]
    verdicts, unused = find_verdicts(
        *received("verification", *given), lines=LINES, register=register, meetings=frozenset({"上门"}), digest=str
    )
    return verdicts, unused.select("column", "reason").rows()


@pytest.mark.parametrize(
    ("signed", "fault"),
    [
        ({}, None),
        ({"handler": "clerk"}, None),
        ({"handler": "zs", "reviewer": "ZS", "approver": "Zs"}, ("reviewer", "UNKNOWN_OFFICER")),
        ({"handler": "a", "reviewer": "b", "approver": "c"}, ("handler", "UNKNOWN_OFFICER")),
        ({"handler": "zs-name"}, ("handler", "UNKNOWN_OFFICER")),
        ({"handler": "gone"}, ("handler", "UNKNOWN_OFFICER")),
        ({"approver": "clerk"}, ("approver", "UNKNOWN_OFFICER")),
        ({"handler": "far"}, ("handler", "OTHER_OFFICE")),
        ({"reviewer": "zs"}, ("approver", "SIGNATURES")),
        ({"approver": ""}, ("approver", "SIGNATURES")),
        ({"approver": None}, ("approver", "SIGNATURES")),
    ],
)  # fmt: skip
def test_v16_three_accounts_of_the_register_sign(signed: dict[str, Any], fault: tuple[str, str] | None) -> None:
    verdicts, faults = judged(TRUE | signed)
    assert faults == ([fault] if fault else [])
    assert verdicts.height == (0 if fault else 1)


@pytest.mark.parametrize(
    ("office", "is_taken"),
    [("620102", True), ("620200", False)],
    ids=["of the former county", "of no county of theirs"],
)
def test_v16_an_officer_of_the_county_that_paid_when_the_line_was_listed_still_counts(
    office: str, is_taken: bool
) -> None:
    """The person has moved, or the county was joined with another: what its officers found stands."""
    register = Register.model_validate({"officers": [_officer("there", *ROLES, office=office)]})
    lines = LINES._replace(sent_to={"line": frozenset({"620102"})})
    cleared = {"lead_id": "line", "verdict": "FALSE_WRONG_PERSON", "verified_date": DAY, "handler": "there"}
    verdicts, _ = find_verdicts(
        *received("verification", cleared), lines=lines, register=register, meetings=frozenset(), digest=str
    )
    assert verdicts.height == is_taken


def test_v16_a_finding_for_the_person_takes_one_account_of_the_register() -> None:
    one = {"lead_id": "line", "verdict": "FALSE_WRONG_PERSON", "verified_date": DAY, "reviewer": "", "approver": ""}
    assert judged(one | {"handler": "clerk"})[1] == []
    assert judged(one | {"handler": "nobody"})[1] == [("handler", "UNKNOWN_OFFICER")]
    assert judged(one | {"handler": "far"})[1] == [("handler", "OTHER_OFFICE")]


def test_v16_what_older_code_had_taken_stands_as_it_was_taken() -> None:
    typed = TRUE | {"handler": "JB-0001", "reviewer": "FH-0002", "approver": "SP-0003"}
    for first_run, taken in ((1, 1), (0, 0)):
        lines = LINES._replace(first_run=first_run)
        verdicts, _ = find_verdicts(
            *received("verification", typed), lines=lines, register=REGISTER, meetings=frozenset(), digest=str
        )
        assert verdicts.height == taken


def test_v16_without_a_register_nobody_confirms_and_what_speaks_for_the_person_is_taken() -> None:
    assert judged(TRUE, register=None)[1] == [("handler", "UNKNOWN_OFFICER")]
    assert judged(TRUE | {"verdict": "NOT_DISQUALIFYING"}, register=None)[1] == []


@pytest.mark.parametrize("number", ["f" * 20, "", "1001"])
def test_v13_a_verdict_on_a_line_that_nobody_listed_is_told(number: str) -> None:
    verdicts, faults = judged(TRUE | {"lead_id": number})
    assert (verdicts.height, faults) == (0, [("lead_id", "UNKNOWN_LINE")])


def test_v13_an_answer_to_a_match_review_is_no_verdict_on_a_line() -> None:
    assert judged(TRUE | {"lead_id": "a1" * 10 + "-7", "verdict": "SAME_PERSON"})[1] == []


@pytest.mark.parametrize(
    ("notice", "kept"),
    [
        (DAY, DAY), (date(2024, 3, 19), date(2024, 3, 19)), (date(2023, 3, 18), None), (date(2024, 3, 17), None),
        (None, None),
    ],
)  # fmt: skip
def test_v9_a_notice_follows_the_verdict_it_announces(notice: date | None, kept: date | None) -> None:
    verdicts, faults = judged(TRUE | {"notice_date": notice})
    assert verdicts["notice_date"].to_list() == [kept]
    assert faults == ([("notice_date", "EARLY_NOTICE")] if notice and not kept else [])


@pytest.mark.parametrize(
    ("withdrawal", "fault"),
    [
        ({"handler": "nobody", "reviewer": "", "approver": ""}, ("handler", "UNKNOWN_OFFICER")),
        ({"handler": "far"}, ("handler", "OTHER_OFFICE")),
        ({"reviewer": "", "approver": ""}, ("approver", "SIGNATURES")),
        ({"verdict": "PENDING", "reviewer": "", "approver": ""}, ("approver", "SIGNATURES")),
        ({}, None),
    ],
)
def test_v17_who_may_withdraw_is_who_may_give(withdrawal: dict[str, Any], fault: tuple[str, str] | None) -> None:
    back = TRUE | {"record_id": "v0", "is_revoked": True} | withdrawal
    verdicts, faults = judged(TRUE, back)
    assert faults == ([fault] if fault else [])
    assert verdicts["is_revoked"].to_list() == ([False] if fault else [False, True])


def test_v17_a_withdrawal_of_a_verdict_that_nobody_gave_is_told() -> None:
    back = TRUE | {"record_id": "v0", "is_revoked": True}
    assert judged(TRUE, back)[1] == []
    assert judged(TRUE, back | {"record_id": "another"})[1] == [("record_id", "UNKNOWN_RECORD")]
    other = back | {"verdict": "PENDING", "lead_id": "far", "handler": "far", "reviewer": "", "approver": ""}
    assert judged(TRUE | {"verdict": "PENDING", "reviewer": "", "approver": ""}, other)[1] == [
        ("record_id", "UNKNOWN_RECORD")
    ]


def test_v4_one_signature_against_three_on_the_same_line_is_told() -> None:
    against = TRUE | {"verdict": "FALSE_SOURCE_ERROR", "reviewer": "", "approver": ""}
    assert judged(TRUE, against)[1] == [("approver", "SIGNATURES")]


@pytest.mark.parametrize(
    ("listed_on", "verified", "is_taken"),
    [
        (date(2024, 3, 10), DAY, True),
        (DAY, DAY, True),
        (date(2024, 3, 19), DAY, False),
        (date(2024, 3, 1), date(2024, 1, 20), False),
        (date(2024, 3, 1), date(2024, 3, 30), False),
    ],
    ids=["after", "that night", "before its line", "before the records", "after its delivery"],
)
def test_v9_a_verdict_is_of_a_day_between_its_line_and_its_delivery(
    listed_on: date, verified: date, is_taken: bool
) -> None:
    lines = LINES._replace(listed_on={"line": listed_on})
    row = TRUE | {"record_id": "v", "verified_date": verified, "business_date": DAY}
    verdicts, unused = find_verdicts(
        *received("verification", row), lines=lines, register=REGISTER, meetings=frozenset(), digest=str
    )
    assert verdicts.height == is_taken
    assert unused["reason"].to_list() == ([] if is_taken else ["OTHER_DAY"])


def test_v17_a_withdrawal_of_a_finding_that_three_signed_takes_three() -> None:
    false = TRUE | {"verdict": "FALSE_WRONG_PERSON", "record_id": "f"}
    back = false | {"is_revoked": True, "reviewer": "", "approver": ""}
    assert judged(false, back)[1] == [("approver", "SIGNATURES")]
    assert judged(false, back | THREE)[1] == []


EARLIER = TRUE | {"verified_date": date(2024, 3, 10)}


@pytest.mark.parametrize(
    "before",
    [
        # a confirmation that does not count, was withdrawn by three, or came later undoes nothing
        [EARLIER | {"handler": "nobody"}],
        [EARLIER | {"record_id": "v0"}, EARLIER | {"record_id": "v0", "is_revoked": True}],
        [TRUE],
    ],
    ids=["refused", "withdrawn", "later"],
)
def test_v4_only_a_confirmation_that_stands_takes_three_to_undo(before: list[dict[str, Any]]) -> None:
    cleared = {"lead_id": "line", "verdict": "FALSE_WRONG_PERSON", "handler": "clerk", "reviewer": "", "approver": ""}
    verdicts, _ = judged(*before, cleared | {"verified_date": date(2024, 3, 17), "record_id": "cleared"})
    assert "FALSE_WRONG_PERSON" in verdicts["verdict"].to_list()


def test_v4_a_confirmation_dated_before_a_refutation_and_sent_after_it_takes_nothing_back() -> None:
    cleared = {"lead_id": "line", "verdict": "FALSE_WRONG_PERSON", "handler": "clerk", "reviewer": "", "approver": ""}
    cleared |= {"verified_date": date(2024, 3, 12), "business_date": date(2024, 3, 13), "record_id": "cleared"}
    for sent, is_taken in ((date(2024, 3, 20), True), (date(2024, 3, 12), False)):
        verdicts, _ = judged(EARLIER | {"business_date": sent}, cleared)
        assert ("FALSE_WRONG_PERSON" in verdicts["verdict"].to_list()) is is_taken


def test_v17_who_withdraws_is_on_duty_on_that_day() -> None:
    early = TRUE | {"verified_date": date(2024, 2, 1)}
    back = early | {"record_id": "v0", "is_revoked": True}
    assert judged(early, back | {"handler": "gone"})[1] == [("handler", "UNKNOWN_OFFICER")]
    assert judged(early, back)[1] == []


@pytest.mark.parametrize(
    ("verdict", "way", "is_taken"),
    [
        ("SEEN_ALIVE", "上门", True),
        ("SEEN_ALIVE", " 上 门。", True),
        ("SEEN_ALIVE", "", True),
        ("SEEN_ALIVE", None, True),
        ("SEEN_ALIVE", "电话", False),
        ("SEEN_ALIVE", "上门，电话", False),
        ("SEEN_ALIVE", "邻居说的", False),
        ("FALSE_SOURCE_ERROR", "电话", True),
        ("TRUE_LOSS", "查看火化证明", True),
    ],
)
def test_nobody_is_seen_alive_by_telephone(verdict: str, way: str | None, is_taken: bool) -> None:
    verdicts, faults = judged(TRUE | {"verdict": verdict, "method": way})
    assert (verdicts.height, faults) == ((1, []) if is_taken else (0, [("method", "NOT_MET")]))


@pytest.mark.parametrize("way", ["电话", "实际是电话联系", "上门"])
def test_an_answer_of_somebody_met_is_taken_back_in_whatever_way(way: str) -> None:
    met = TRUE | {"verdict": "SEEN_ALIVE", "method": "上门", "record_id": "v0"}
    verdicts, faults = judged(met, met | {"method": way, "is_revoked": True})
    assert (verdicts["is_revoked"].to_list(), faults) == ([False, True], [])


@pytest.mark.parametrize(
    "way", ["上门见到本人", "入户见到本人", "微信视频", "视频连线", "面对面", "实地走访", "家访", "到窗口办理"]
)
def test_usual_words_for_a_meeting_are_known(way: str) -> None:
    assert word(way) in words_for_meetings(shipped_codes())


@pytest.mark.parametrize(
    "way", ["电话", "微信", "微信语音", "未上门", "电话联系本人", "邻居见到", "村干部告知", "无法上门"]
)
def test_words_for_no_meeting_are_not(way: str) -> None:
    assert word(way) not in words_for_meetings(shipped_codes())
