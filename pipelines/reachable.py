"""Persons a message may go to, and persons whom nobody writes to; used by the reminders and by the lists."""

import ibis
import ibis.expr.types as ir

from schemas.codes import OPEN_LOSS, LossGroup, LossState


def reachable(person: ir.Table, claim: ir.Table) -> ir.Table:
    """`person_no`, `phone`, `name` of whom a message may go to.

    A number that someone in grief or conflict has on file is not written to, whoever else uses it.
    """
    reached = person.filter(person.phone != "").anti_join(silent_phones(person, claim), "phone")
    return reached.select("person_no", "phone", name=reached.raw_name)


def silent_phones(person: ir.Table, claim: ir.Table) -> ir.Table:
    """`phone` that someone in grief or conflict has on file."""
    on_file = person.semi_join(grieved(claim), "person_no").filter(lambda rows: rows.phone != "")
    return on_file.select("phone").distinct()


def with_usable_phone(person: ir.Table, claim: ir.Table) -> ir.Table:
    """PERSON; `phone` is empty where no message may go to the number on file."""
    silent = silent_phones(person, claim).mutate(is_silent=True)
    rows = person.left_join(silent, "phone").drop("phone_right")
    return rows.mutate(phone=ibis.ifelse(rows.is_silent.fill_null(False), "", rows.phone)).drop("is_silent")


def grieved(claim: ir.Table) -> ir.Table:
    """`person_no` of whoever has an open or confirmed claim of death, or a conflict: nobody writes to that home."""
    death = claim.loss_group == LossGroup.DEATH.value
    stands = claim.status.isin((*OPEN_LOSS, LossState.CONFIRMED.value))
    return claim.filter((death & stands) | (claim.status == LossState.CONFLICT.value)).select("person_no").distinct()
