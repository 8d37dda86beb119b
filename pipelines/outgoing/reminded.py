"""Reminder stages of benefits and how each was met: by a message, or where none went out by a letter or a visit."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import ibis.expr.types as ir
import polars as pl

from pipelines.latest import with_is_current
from schemas.policy import Notice
from schemas.tables import DECISION

MESSAGE: Final = "MESSAGE"
VISIT: Final = "VISIT"
LETTER: Final = "LETTER"
REMINDED: Final = "REMINDED"
# a contact that did not see the person: it may remind, and it certifies nobody
SOUGHT: Final = ("NOT_FOUND", REMINDED)
_ENTITLEMENT: Final = DECISION.key
_STAGES: Final = {
    "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "stage": pl.String,
    "way": pl.String, "day": pl.Date, "obstacle": pl.String,
}  # fmt: skip
_Row = dict[str, Any]


def contact_records(link: ir.Table, persons: ir.Table) -> ir.Table:
    """`person_no`, `channel`, `result`, `contact_date`: recorded contacts with these persons that did not see them.

    Of a record its newest version counts, and none when that was withdrawn or says something else.
    """
    record = ["feed", "record_id"]
    sought = link.filter(link.qualifier_code.isin(SOUGHT)).semi_join(persons, "person_no")
    versions = with_is_current(link.semi_join(sought, record))
    stands = versions.filter(versions.is_current, versions.qualifier_code.isin(SOUGHT)).semi_join(persons, "person_no")
    return stands.select(
        "person_no", channel=stands.event_code, result=stands.qualifier_code, contact_date=stands.event_date
    ).distinct()


def stages_met(
    due: pl.DataFrame,
    reminders: pl.DataFrame,
    contacts: pl.DataFrame,
    *,
    notices: Sequence[Notice],
    due_soon_days: int,
    as_of: date,
) -> pl.DataFrame:
    """Grain: benefit of `due` × reminder stage whose day has come, the earliest stage first.

    Columns: the benefit's key, `stage`, `way` (MESSAGE, LETTER, VISIT or empty: not met), `day` it was met, `obstacle`
    that the night of the stage entered. A letter sent or a visit made since the day of a stage meets one stage;
    a letter that came back meets none. `reminders` are REMINDER rows, `contacts` is `contact_records`.
    """
    entered, sought = _by_person(reminders), _by_person(contacts.filter(_reminds()))
    rows = [
        {name: row[name] for name in _ENTITLEMENT} | met
        for row in due.filter(pl.col("due_date").is_not_null()).iter_rows(named=True)
        for met in _met(
            row["due_date"],
            [one for one in entered.get(row["person_no"], ()) if _is_near(one, row, due_soon_days)],
            [one for one in sought.get(row["person_no"], ()) if one["contact_date"] <= as_of],
            [notice for notice in notices if row["due_date"] - timedelta(days=notice.days_before) <= as_of],
        )
    ]
    return pl.DataFrame(rows, schema=_STAGES)


def not_met() -> pl.Expr:
    return pl.col("way") == ""


def attempts(late: pl.DataFrame, met: pl.DataFrame, contacts: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Grain: late benefit × contact after its due date that met no reminder stage: key, `channel`, `result`,
    `contact_date`.
    """
    after = late.select(*_ENTITLEMENT, "due_date").join(contacts, on="person_no")
    after = after.filter(pl.col("contact_date") > pl.col("due_date"), pl.col("contact_date") <= as_of)
    used = met.select(*_ENTITLEMENT, channel="way", contact_date="day")
    return after.drop("due_date").join(used, on=[*_ENTITLEMENT, "channel", "contact_date"], how="anti")


def _reminds() -> pl.Expr:
    return (pl.col("channel") == VISIT) | ((pl.col("channel") == LETTER) & (pl.col("result") == REMINDED))


def _by_person(rows: pl.DataFrame) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows.sort(rows.columns).iter_rows(named=True):
        found.setdefault(row["person_no"], []).append(row)
    return found


def _is_near(reminder: _Row, benefit: _Row, due_soon_days: int) -> bool:
    """Whether the reminder is about this due date, or one that has moved by less than the reminder period."""
    return abs(reminder["due_date"] - benefit["due_date"]) < timedelta(days=due_soon_days)


def _met(due: date, entered: list[_Row], sought: list[_Row], notices: Sequence[Notice]) -> Iterator[_Row]:
    left = sorted({(one["contact_date"], one["channel"]) for one in sought})
    for notice in sorted(notices, key=lambda one: -one.days_before):
        own = sorted((one for one in entered if one["stage"] == notice.stage), key=lambda one: one["as_of"])
        written = next((one for one in own if not one["obstacle"]), None)
        obstacle = own[-1]["obstacle"] if own else ""
        since = due - timedelta(days=notice.days_before)
        contact = next((one for one in left if one[0] >= since), None)
        if written:
            yield {"stage": notice.stage, "way": MESSAGE, "day": written["as_of"], "obstacle": ""}
        elif contact:
            left.remove(contact)
            yield {"stage": notice.stage, "way": contact[1], "day": contact[0], "obstacle": obstacle}
        else:
            yield {"stage": notice.stage, "way": "", "day": None, "obstacle": obstacle}
