"""Verdicts of officers on lines of the worklist: which are in force, what they say, who signed."""

from typing import Final

import ibis.expr.types as ir

from schemas.codes import OfficerRole, Verdict

SIGNERS: Final = {  # column of an answer, and the role in which its officer signs
    "handler": OfficerRole.HANDLER,
    "reviewer": OfficerRole.REVIEWER,
    "approver": OfficerRole.APPROVER,
}

CONFIRMING: Final = (Verdict.TRUE_LOSS.value, Verdict.ALREADY_STOPPED.value)
# the claims of the line are wrong or do not matter; nothing is said of any other
REFUTING: Final = (
    *(verdict.value for verdict in Verdict if verdict.value.startswith("FALSE_")),
    Verdict.NOT_DISQUALIFYING.value,
    Verdict.SEEN_ALIVE.value,
)


def is_signed(verdict: ir.Table) -> ir.BooleanValue:
    """Three different officers signed."""
    handler, reviewer, approver = verdict.handler, verdict.reviewer, verdict.approver
    present = (handler != "") & (reviewer != "") & (approver != "")
    return present & (handler != reviewer) & (handler != approver) & (reviewer != approver)


def verdicts_in_force(verdict: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Without verdicts dated after the night, or withdrawn on the same or a later day.

    A withdrawal names record and line of the verdict; of one that three have signed, whatever it says, it has three
    signatures too.
    """
    marked = verdict.mutate(is_signed=is_signed(verdict))
    withdrawn = marked.filter(marked.is_revoked).select(
        "feed", "record_id", "lead_id", withdrawn_on="business_date", withdrawn_by_three="is_signed"
    )
    given = marked.filter(marked.verified_date <= as_of, ~marked.is_revoked)
    same = [
        "feed", "record_id", "lead_id",
        given.business_date <= withdrawn.withdrawn_on,
        withdrawn.withdrawn_by_three | ~given.is_signed,
    ]  # fmt: skip
    return given.anti_join(withdrawn, same).drop("is_signed")


def found_wrong(in_force: ir.Table) -> ir.Table:
    """Verdicts in force that call the line's records the source's error, and that none of a later day settles
    otherwise.
    """
    settling = in_force.filter(in_force.verdict.isin((*CONFIRMING, *REFUTING)))
    newest = settling.group_by("lead_id").agg(newest_date=settling.verified_date.max())
    wrong = in_force.filter(in_force.verdict == Verdict.FALSE_SOURCE_ERROR.value)
    return wrong.semi_join(newest, [wrong.lead_id == newest.lead_id, wrong.verified_date == newest.newest_date])
