"""Paragraph of the letter about a stop that turned out wrong: what is restored, without the record behind it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from schemas.codes import Alarm, LossState, PaymentState, Reason
from schemas.wording import Wording

Row = dict[str, Any]
Benefit = tuple[str, str]
_WRONG = (Reason.ALIVE_AFTER_STOP.value, Reason.DISPROVED.value)
_GAPS = (Alarm.REFUTED_UNPAID.value, Alarm.RESUMED_NOT_BACK_PAID.value)


class Stops(NamedTuple):
    """A person's rows of RESUMPTION, RESTORATION and EXECUTION_ALARM."""

    resumptions: Sequence[Row]
    restorations: Sequence[Row]
    executions: Sequence[Row]


def restored_benefits(decisions: Sequence[Row], stops: Stops, wording: Wording) -> dict[Benefit, list[str]]:
    """Sentences by (programme, county) of each benefit whose stop turned out wrong.

    A benefit of which officers have found a loss true since is not restored, whatever was restored before.
    """
    stands = [one for one in decisions if one["loss_state"] != LossState.CONFIRMED.value]
    found = {_benefit(one): list(_sentences(one, stops, wording)) for one in stands}
    return {benefit: sentences for benefit, sentences in found.items() if sentences}


def _sentences(decision: Row, stops: Stops, wording: Wording) -> Iterator[str]:
    benefit = _benefit(decision)
    for row in stops.resumptions:
        if _benefit(row) == benefit and row["reason"] in _WRONG:
            alarms = {one["alarm"] for one in stops.executions if _benefit(one) == benefit}
            is_disproved = row["reason"] == Reason.DISPROVED.value or Alarm.REFUTED_UNPAID.value in alarms
            yield wording.letter.to_be_restored if is_disproved else wording.letter.to_be_checked
            if row["unpaid_months"] and row["owed_from"]:
                month = _month(row["owed_from"], wording)
                yield wording.letter.months_owed.format(months=row["unpaid_months"], month=month)
            return
    restored = [row for row in stops.restorations if _benefit(row) == benefit]
    if restored and decision["payment_state"] == PaymentState.DRAWING.value:
        paid = [row["paid_on"] for row in restored if row["paid_on"]]
        yield wording.letter.restored.format(month=_month(max(paid), wording)) if paid else wording.letter.resumed
        gaps = [row["months"] for row in stops.executions if _benefit(row) == benefit and row["alarm"] in _GAPS]
        if gaps:
            yield wording.letter.months_left.format(months=gaps[0])
        elif paid:
            yield wording.letter.all_paid


def _benefit(row: Row) -> Benefit:
    return row["programme_code"], row["county_code"]


def _month(day: date, wording: Wording) -> str:
    return wording.letter.month.format(year=day.year, month=day.month)
