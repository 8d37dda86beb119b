"""Documents other than identity cards: kind, number and name."""

import polars as pl
import pytest

from matchers.documents import document_key, fitting_keys, is_other_document
from matchers.numbers import normalise_number


def key(number: str, kind: str = "") -> int | None:
    return document_key(normalise_number(pl.Series([number])), pl.Series([kind]))[0]


def fits(kind: str, number: str, stated_kind: str, stated: str) -> bool:
    documents = pl.DataFrame({"person_no": [1], "number": [number], "id_type": [kind]})
    return key(stated, stated_kind) in {key(number, kind), *fitting_keys(documents)["body"]}


@pytest.mark.parametrize("kind", ["03", "04", "06", "07"])
def test_a_kind_that_one_side_does_not_state_fits_every_kind(kind: str) -> None:
    assert fits(kind, "E12345678", "", "E12345678")
    assert fits("", "E12345678", kind, "E12345678")
    assert fits("08", "E12345678", kind, "E12345678")
    assert fits(kind, "E12345678", kind, "E12345678")


def test_two_stated_kinds_are_two_documents() -> None:
    assert not fits("03", "12345678", "07", "12345678")


@pytest.mark.parametrize("written", ["e12345678", "Ｅ12345678", " E-1234 5678", "E12345678()"])
def test_ways_of_writing_a_document_are_one(written: str) -> None:
    assert key(written) == key("E12345678")


def test_a_permit_stays_the_same_when_it_is_renewed() -> None:
    assert key("H1234567801", "06") == key("H1234567899", "06") == key("H12345678", "06")
    assert key("H12345678") != key("M12345678")


@pytest.mark.parametrize("number", ["", "无", "不详", "0000000", "A0000000", "ABCDEFGH", "123", "E1"])
def test_a_placeholder_is_no_document(number: str) -> None:
    assert key(number) is None
    assert key(number, "03") is None


def test_a_key_lies_outside_the_identity_numbers() -> None:
    keys = [key(f"E{number:08d}") for number in range(1000)]
    assert max(key for key in keys if key) < -(10**17)
    assert len(set(keys)) == 1000


@pytest.mark.parametrize(
    ("number", "kind", "is_other"),
    [
        ("E12345678", "", True), ("E12345678", "01", False), ("12345678", "", False), ("12345678", "07", True),
        ("CHN123456789012", "", True), ("6210221950", "", False),
    ],
)  # fmt: skip
def test_what_is_no_identity_card(number: str, kind: str, is_other: bool) -> None:
    frame = pl.DataFrame({"number": [number], "kind": [kind]})
    assert frame.select(is_other_document(pl.col("number"), pl.col("kind"))).item() is is_other
