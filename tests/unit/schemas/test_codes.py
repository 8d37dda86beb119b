"""Codes we write explain themselves."""

import pytest

from schemas.codes import Code, MatchPass, Reason, StepName
from schemas.emit.to_markdown import enumerations

MEMBERS = [member for kind in enumerations() for member in kind]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_code_has_a_label_and_a_sentence(member: Code) -> None:
    assert member.label
    assert member.sentence
    # a step is called like its folder and its task
    name = member.name.lower() if isinstance(member, StepName) else member.name
    assert member.value == ("" if member is MatchPass.NONE else name)


def test_every_reason_has_its_own_bit_in_a_signed_64_bit_mask() -> None:
    assert len({reason.bit for reason in Reason}) == len(Reason) < 64
