"""Each list says which words can be filled in, and each of these words is read back."""

import polars as pl
import pytest

from pipelines.outgoing.answers import answer_words, with_answers
from schemas.code_tables import CodeRow, CodeTables
from schemas.returned import returned_forms
from tests.derived import context, shipped_codes, shipped_contracts

CONTRACTS = shipped_contracts()
ASKING = sorted(feed for feed, contract in CONTRACTS.items() if contract.answered_by)


@pytest.mark.parametrize("feed", ASKING)
def test_i15_every_list_for_an_answer_names_the_answers_that_are_read(feed):
    contract, codes = CONTRACTS[feed], shipped_codes()
    (named_in,) = [column.name for column in contract.columns if column.names_answers]
    rows = pl.DataFrame({named_in: ["先核对", "", None]})
    full, empty, absent = with_answers(rows, contract, context())[named_in]
    assert full == f"先核对。{empty}"
    assert absent == empty
    (form,) = [one for one in returned_forms(contract.answered_by, CONTRACTS) if one.answers_to == feed]
    coded = [column for column in form.columns if column.codes]
    assert coded
    for column in coded:
        words = empty.split(f"“{column.header}”请填写以下之一：")[1].split("；")[0].split("、")
        assert [codes.canonical(column.codes)[word] for word in words] == list(codes.names(column.codes))


@pytest.mark.parametrize(
    ("feed", "sentence"),
    [
        ("match_review", "“核对结果”请填写以下之一：是本人、不是本人、无法判断"),
        ("discrepancy", "“处理结果”请填写以下之一：已更正、核实无误、非本单位"),
        ("requests", "“办理结果”请填写以下之一：已办结、办理中、联系不上、非本单位"),
        (
            "outreach",
            "“走访结果”请填写以下之一：本人健在、未见到本人、已提醒、称已去世；"
            "“走访方式”请填写以下之一：上门看望、驻外使领馆审核表、异地协助认证、电话联系、寄信",
        ),
        ("proposals", ""),
        ("not_taken", ""),
    ],
)
def test_i15_the_sentence_that_names_the_answers(feed, sentence):
    assert answer_words(CONTRACTS[feed], context()) == sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (CodeRow(code="改好了", name="CORRECTED", label="已更正"), "已更正、核实无误、非本单位"),
        (CodeRow(code="待查", name="PENDING", label="待查"), "已更正、核实无误、非本单位、待查"),
        (CodeRow(code="退回", name="BACK", label="退回", retired=True), "已更正、核实无误、非本单位"),
    ],
)
def test_i15_the_words_of_a_home_are_named_too(row, words):
    rows = shipped_codes().rows
    own = CodeTables({**rows, "ticket_answer": (*rows["ticket_answer"], row)})
    sentence = answer_words(CONTRACTS["discrepancy"], context(code_tables=own))
    assert sentence == f"“处理结果”请填写以下之一：{words}"
