"""A value is used exactly or its row is quarantined; nothing is guessed."""

from datetime import date

import polars as pl
import pytest

from pipelines.validated.typed import to_typed
from schemas.contract import Column, Contract, Volume
from schemas.spreadsheet import STARTS, escape

CODES = {"flag": {"是": "true", "0": "false"}, "event": {"1": "CREMATION", "01": "CREMATION"}}


def _contract(column):
    key = Column(name="record_id", header="id", required=True, key=True)
    return Contract(
        feed="health", title="health", role="evidence", agency="health", file_format="csv", encoding="utf-8",
        delivery="append", manifest="none", several_files=False, fresh_days=1, volume=Volume(minimum=0, maximum=9),
        columns=(key, column),
    )  # fmt: skip


def _typed(text, **declared):
    column = Column(name="value", header="value", **declared)
    frame = pl.DataFrame(
        {"record_no": [7], "byte_start": [0], "byte_end": [9], "record_id": ["k7"], "value": [text]},
    )
    return to_typed(frame, _contract(column), CODES)


def _value(text, **declared):
    """The typed value of an accepted row; the reason in a list where the row is quarantined."""
    typed = _typed(text, **declared)
    return typed.rows["value"][0] if typed.rows.height else typed.quarantined["reason"].to_list()


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("20240229", "yyyyMMdd", date(2024, 2, 29)),
        (" 20230101 ", "yyyyMMdd", date(2023, 1, 1)),
        ("20230229", "yyyyMMdd", ["BAD_DATE"]),
        ("21000229", "yyyyMMdd", ["BAD_DATE"]),
        ("2023011", "yyyyMMdd", ["BAD_DATE"]),
        ("2023-01-01", "yyyyMMdd", ["BAD_DATE"]),
        ("00000000", "yyyyMMdd", ["BAD_DATE"]),
        ("17990101", "yyyyMMdd", ["BAD_DATE"]),
        ("２０２３0101", "yyyyMMdd", ["BAD_DATE"]),
        ("2023-01-01", "yyyy-MM-dd", date(2023, 1, 1)),
        ("2023-1-1", "yyyy-MM-dd", ["BAD_DATE"]),
        ("2023/1/9", "yyyy/M/d", date(2023, 1, 9)),
        ("2023/11/30", "yyyy/M/d", date(2023, 11, 30)),
        ("2023/13/1", "yyyy/M/d", ["BAD_DATE"]),
        ("2023-01-01 23:59:59", "yyyy-MM-dd HH:mm:ss", date(2023, 1, 1)),
        ("2023-01-01 24:00:00", "yyyy-MM-dd HH:mm:ss", ["BAD_DATE"]),
        ("1672502399999", "epoch_ms", date(2022, 12, 31)),
        ("1672502400000", "epoch_ms", date(2023, 1, 1)),
        ("-1", "epoch_ms", date(1970, 1, 1)),
        ("1672502400.5", "epoch_ms", ["BAD_DATE"]),
        ("", "yyyyMMdd", None),
    ],
)
def test_dates_are_of_the_declared_form_and_of_the_calendar(text, form, value):
    assert _value(text, type="date", format=form) == value


@pytest.mark.parametrize(
    ("text", "form"),
    [("19000101", "yyyyMMdd"), ("9999-12-31", "yyyy-MM-dd"), ("1900/1/1", "yyyy/M/d"), ("9999/12/31", "yyyy/M/d"),
     ("1900-01-01 00:00:00", "yyyy-MM-dd HH:mm:ss")],
)  # fmt: skip
def test_a_placeholder_becomes_empty_with_an_issue_or_is_held(text, form):
    optional = _typed(text, type="date", format=form)
    assert optional.rows["value"].to_list() == [None]
    assert optional.issues.select("record_no", "record_id", "agency", "column", "issue").row(0) == (
        7, "k7", "health", "value", "DT06",
    )  # fmt: skip
    required = _typed(text, type="date", format=form, required=True)
    assert required.quarantined["reason"].to_list() == ["BAD_DATE"]
    assert not required.issues.height


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0011", "integer", 11),
        ("-5", "integer", -5),
        ("999999999999999999", "integer", 999999999999999999),
        ("9999999999999999999", "integer", ["BAD_NUMBER"]),
        ("1e3", "integer", ["BAD_NUMBER"]),
        ("1.0", "integer", ["BAD_NUMBER"]),
        ("1,000", "integer", ["BAD_NUMBER"]),
        ("１２", "integer", ["BAD_NUMBER"]),
        ("", "integer", None),
        ("12345", "fen", 12345),
        ("123.45", "fen", 12345),
        ("0.07", "fen", 7),
        ("123456789012345.67", "fen", 12345678901234567),
        ("123.4", "fen", ["BAD_NUMBER"]),
        ("123.456", "fen", ["BAD_NUMBER"]),
        ("￥1.00", "fen", ["BAD_NUMBER"]),
    ],
)
def test_numbers_are_exact_or_held(text, kind, value):
    assert _value(text, type=kind) == value


def test_codes_become_canonical_and_an_unknown_one_is_held_and_told():
    assert _value(" 01", codes="event") == "CREMATION"
    assert _value("", codes="event") == ""
    unknown = _typed("2", codes="event")
    assert unknown.quarantined["reason"].to_list() == ["UNKNOWN_CODE"]
    assert unknown.issues["issue"].to_list() == ["SQ05"]


def test_booleans_are_a_code_list():
    assert [_value(text, type="boolean", codes="flag") for text in ("是", "0", "")] == [True, False, None]
    assert _value("maybe", type="boolean", codes="flag") == ["UNKNOWN_CODE"]


def test_an_identity_value_keeps_all_but_blanks_at_its_end():
    assert _value(" 62102219300101777x \u3000", check="id_number") == " 62102219300101777x"


def test_required_and_too_long_are_held():
    assert _value(" ", required=True) == ["MISSING"]
    assert _value("长" * 9, max_length=8) == ["TOO_LONG"]
    assert _value("长" * 8, max_length=8) == "长" * 8
    assert _value("NA") == "NA"


@pytest.mark.parametrize("start", [*STARTS, "", "张", "''="])
def test_what_we_escaped_on_the_way_out_comes_back_as_it_was(start):
    text = pl.DataFrame(
        {"record_no": [1], "byte_start": [0], "byte_end": [1], "record_id": ["k"], "value": [escape(start + "1x")]}
    )
    contract = _contract(Column(name="value", header="value")).model_copy(update={"role": "listed"})
    assert to_typed(text, contract, CODES).rows["value"][0] == start + "1x"
    untouched = to_typed(text, _contract(Column(name="value", header="value")), CODES)
    assert untouched.rows["value"][0] == text["value"][0]


def test_a_record_key_is_told_in_the_words_every_stage_uses():
    """The registry's key holds a coded programme: asked about on reading or on comparing, it is one record."""
    programme = Column(name="programme", header="AAE140", key=True, codes="event")
    declared = _contract(Column(name="value", header="value", type="date", format="yyyyMMdd"))
    contract = declared.model_copy(update={"columns": (declared.columns[0], programme, declared.columns[1])})
    place = {"record_no": [1], "byte_start": [0], "byte_end": [1]}
    text = pl.DataFrame(place | {"record_id": ["7"], "programme": ["01"], "value": ["19000101"]})
    assert to_typed(text, contract, CODES).issues["record_id"].to_list() == ["7-CREMATION"]
