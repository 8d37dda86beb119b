"""Human verdicts on lines of the worklist, as far as the line and the officers are known.

Officers are accounts of the register (`schemas/officers.py`), on duty on the day of the verdict, in the role that they
sign in and at an office that deals with the person; a name that is merely typed signs nothing. What cannot count is
told to its sender. The accounts are kept as keyed digests, enough to see that three are three persons.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from pipelines.resolved.answers import is_answer
from pipelines.resolved.links import record_key
from pipelines.verdicts import CONFIRMING, REFUTING, SIGNERS
from schemas.code_tables import CodeTables
from schemas.codes import QuarantineReason, Verdict
from schemas.contract import Contract
from schemas.emit.to_polars import table_schema
from schemas.officers import PROVINCE, Register
from schemas.spreadsheet import word
from schemas.tables import UNUSED_ANSWER, VERDICT

_LAST_ROLE: Final = "approver"
Row = dict[str, Any]


class Lines(NamedTuple):
    """The person of each line, the counties that deal with each person, the first run that listed lines, the night that
    first listed each, and the counties that paid the person then: their officers still answer when it moves, or when
    two counties are joined. What had come by that run was taken by older code, which took names for signatures, and
    stands as it was taken.
    """

    person_of: Mapping[str, int]
    counties_of: Mapping[int, frozenset[str]]
    first_run: int = 0
    listed_on: Mapping[str, date] = {}
    sent_to: Mapping[str, frozenset[str]] = {}


def find_verdicts(
    rows: pl.DataFrame,
    contract: Contract,
    *,
    lines: Lines,
    register: Register | None,
    meetings: frozenset[str],
    digest: Callable[[str], str],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """VERDICT and UNUSED_ANSWER, from validated rows of `verification`; answers to match reviews are only checked.

    `meetings` are the words for ways in which somebody was met. `digest` replaces an account by a keyed digest; no
    account stays empty. A notice dated before its verdict is left out, the verdict stays.
    """
    keyed = rows.with_columns(
        record_key(contract),
        *(pl.col(role).fill_null("").str.strip_chars() for role in SIGNERS),
        pl.col("lead_id").str.strip_chars(),
        feed=pl.lit(contract.feed),
        agency=pl.lit(contract.agency),
        is_revoked=pl.col("is_revoked").fill_null(False),
        is_review=is_answer(),
    )
    faults = [
        {**row, "record_id": row["lead_id"], "column": column, "reason": reason.value}
        for row, found in _judged_rows(keyed.to_dicts(), lines, register, meetings)
        for column, reason in found
    ]
    unused = pl.DataFrame(faults, schema=table_schema(UNUSED_ANSWER))
    only_notice = unused.filter(pl.col("reason") == QuarantineReason.EARLY_NOTICE.value)
    record = ["delivery_id", "record_no"]
    judged = keyed.filter(~pl.col("is_review")).join(
        unused.join(only_notice, on=[*record, "column"], how="anti"), on=record, how="anti"
    )
    verdicts = judged.with_columns(
        *(_digested(judged[role], digest) for role in SIGNERS),
        notice_date=pl.when(pl.col("notice_date") >= pl.col("verified_date")).then("notice_date"),
        person_no=pl.col("lead_id").replace_strict(lines.person_of, default=None, return_dtype=pl.Int64),
    )
    return verdicts.select(VERDICT.names), unused.select(UNUSED_ANSWER.names)


def _judged_rows(
    rows: list[Row], lines: Lines, register: Register | None, meetings: frozenset[str]
) -> Iterator[tuple[Row, list[tuple[str, QuarantineReason]]]]:
    """Each row with what keeps it from counting.

    A withdrawal of what nobody gave is told. What undoes what three have signed takes three: the withdrawal of such a
    row, and a refutation on the line of a confirmation that counts, was given by then and stands.
    """
    first = [(row, list(_faults(row, lines, register, meetings))) for row in rows]
    counting = [row for row, found in first if not found or found[0][1] is QuarantineReason.EARLY_NOTICE]
    given = [row for row in counting if not row["is_revoked"] and _is_signed(row)]
    back = {row["record_id"] for row in counting if row["is_revoked"] and _is_signed(row)}
    signed = {row["record_id"] for row in given}
    known = {(row["record_id"], row["lead_id"]) for row in rows if not row["is_revoked"]}
    confirmed: dict[str, list[Row]] = {}
    for row in given:
        if row["verdict"] in CONFIRMING and row["record_id"] not in back:
            confirmed.setdefault(row["lead_id"], []).append(row)
    for row, found in first:
        refutes = row["verdict"] in REFUTING and any(_stood(one, row) for one in confirmed.get(row["lead_id"], ()))
        undoes = row["record_id"] in signed if row["is_revoked"] else refutes
        if not found and undoes and not _is_signed(row):
            found = [(_LAST_ROLE, QuarantineReason.SIGNATURES)]
        is_of_nothing = row["is_revoked"] and (row["record_id"], row["lead_id"]) not in known
        if not found and is_of_nothing and row["known_from"] > lines.first_run:
            found = [("record_id", QuarantineReason.UNKNOWN_RECORD)]
        yield row, found


def _stood(confirmation: Row, refutation: Row) -> bool:
    """Given and sent by the days of the refutation: one that is dated back takes back nothing that was lawful."""
    return all(confirmation[day] <= refutation[day] for day in ("verified_date", "business_date"))


def _faults(
    row: Row, lines: Lines, register: Register | None, meetings: frozenset[str]
) -> Iterator[tuple[str, QuarantineReason]]:
    """Column and reason of each thing that keeps an answer from counting; at most one of days, ways and officers."""
    person_no = lines.person_of.get(row["lead_id"])
    if person_no is None and not row["is_review"]:
        yield "lead_id", QuarantineReason.UNKNOWN_LINE
        return
    if row["known_from"] <= lines.first_run:
        return
    listed_on = lines.listed_on.get(row["lead_id"], date.min)
    if not listed_on <= row["verified_date"] <= max(row["business_date"], listed_on):
        yield "verified_date", QuarantineReason.OTHER_DAY
        return
    if is_not_met(row, meetings):
        yield "method", QuarantineReason.NOT_MET
        return
    counties = lines.counties_of.get(person_no or 0, frozenset()) | lines.sent_to.get(row["lead_id"], frozenset())
    offices = None if person_no is None else counties | {PROVINCE}
    yield from faults_of_officers(row, offices, register)
    if is_noticed_early(row):
        yield "notice_date", QuarantineReason.EARLY_NOTICE


def words_for_meetings(codes: CodeTables) -> frozenset[str]:
    """How counties write in which way they met somebody."""
    return frozenset(word(code) for code in codes.canonical("meeting"))


def is_not_met(row: Row, meetings: frozenset[str]) -> bool:
    """Found alive in a way that is no meeting: alive is whom an officer met, and the telephone leaves the line open.

    Who takes such an answer back may say that it was the telephone.
    """
    way = word(row["method"] or "")
    return row["verdict"] == Verdict.SEEN_ALIVE.value and not row["is_revoked"] and way != "" and way not in meetings


def is_noticed_early(row: Row) -> bool:
    """The notice is dated before the verdict that it announces."""
    return bool(row["notice_date"] and row["notice_date"] < row["verified_date"])


def faults_of_officers(
    row: Row, offices: frozenset[str] | None, register: Register | None
) -> Iterator[tuple[str, QuarantineReason]]:
    """Column and reason of the first signature of a row of `verification` that does not count. `offices` are those that
    may answer, None where it is not known whom the line is about.

    Without a register nobody can confirm a loss; what speaks for the person is taken. Who withdraws is on duty when the
    withdrawal is sent.
    """
    confirms = row["verdict"] in CONFIRMING
    if register is None and not confirms:
        return
    day = row["business_date"] if row["is_revoked"] else row["verified_date"]
    for column, account in _signatures(row).items():
        officer = register.on_duty(account, day) if register else None
        if officer is None or SIGNERS[column] not in officer.roles:
            yield column, QuarantineReason.UNKNOWN_OFFICER
            return
        if offices is not None and officer.office not in offices:
            yield column, QuarantineReason.OTHER_OFFICE
            return
    if confirms and not _is_signed(row):
        yield _LAST_ROLE, QuarantineReason.SIGNATURES


def _signatures(row: Row) -> dict[str, str]:
    return {column: row[column] for column in SIGNERS if row[column]}


def _is_signed(row: Row) -> bool:
    """Three different accounts."""
    return len(set(_signatures(row).values())) == len(SIGNERS)


def _digested(accounts: pl.Series, digest: Callable[[str], str]) -> pl.Series:
    known = {account: digest(account) if account else "" for account in accounts.unique()}
    return accounts.replace_strict(known, return_dtype=pl.String)
