"""The headline figures of a night, since the beginning: `Figure` in `schemas/codes.py` says what each one is."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

import ibis.expr.types as ir
import polars as pl

from schemas.codes import CertificationState, Comparison, EntryKind, Figure, LossState, Method

_COMPARED: Final = (Comparison.NO_HIT.value, Comparison.HIT.value, Comparison.AMBIGUOUS.value)
_IN_TIME: Final = (CertificationState.CERTIFIED.value, CertificationState.DUE_SOON.value)
PASSED_BY: Final = {
    Method.SILENT.value: Figure.CERTIFIED_SILENT,
    Method.SELF.value: Figure.CERTIFIED_SELF,
    Method.ASSISTED.value: Figure.CERTIFIED_ASSISTED,
    Method.FIELD.value: Figure.CERTIFIED_FIELD,
    Method.ABROAD.value: Figure.CERTIFIED_ABROAD,
}
_MONEY: Final = (
    Figure.OVERPAID_MONTHS, Figure.OVERPAID_FEN, Figure.RETURNED_FEN, Figure.RECOVERED_FEN, Figure.OFFSET_FEN,
    Figure.OUTSTANDING_FEN, Figure.PREVENTED_FEN,
)  # fmt: skip


def compared(comparison: Iterable[Mapping[str, Any]]) -> int:
    """Records compared with at least one source, from COMPARISON: the most any one source gives."""
    by_source: dict[str, int] = {}
    for row in comparison:
        if row["result"] in _COMPARED:
            by_source[row["source"]] = by_source.get(row["source"], 0) + row["records"]
    return max(by_source.values(), default=0)


def passes_entered(book: ir.Table, *, since: int) -> ir.Table:
    """`method`, `passes` that entries of runs after `since` brought: a pass other than that of the entry before."""
    new = book.filter(book.run_no > since, book.entry_kind != EntryKind.CLOSE.value, book.pass_date.notnull())
    before = book.select(previous_entry_id="entry_id", old_method="method", old_date="pass_date")
    # a first entry has none before it: the first night of a home joins nothing
    opened = new.filter(new.previous_entry_id == "").select("method")
    changed = new.filter(new.previous_entry_id != "").select("method", "pass_date", "previous_entry_id")
    both = changed.left_join(before, "previous_entry_id")
    is_same = (both.method == both.old_method) & (both.pass_date == both.old_date)
    brought = opened.union(both.filter(~is_same.fill_null(False)).select("method"))
    return brought.group_by("method").agg(passes=brought.count())


def silent_by_cycle(decision: ir.Table) -> ir.Table:
    """`months` from the month of the silent pass to that of its due date, `persons` who stand certified by it."""
    silent = decision.filter(decision.certification_state.isin(_IN_TIME), decision.method == Method.SILENT.value)
    silent = silent.filter(silent.due_date.notnull(), silent.pass_date.notnull())
    due, seen = silent.due_date, silent.pass_date
    months = (due.year() * 12 + due.month()) - (seen.year() * 12 + seen.month())
    by_person = silent.mutate(months=months).group_by("person_no").agg(months=lambda rows: rows.months.max())
    return by_person.group_by("months").agg(persons=by_person.count())


def spared_a_month(by_cycle: Iterable[Mapping[str, Any]]) -> int:
    """Self-certifications a month that nobody has to make: one a cycle of each person, rounded down once."""
    return int(sum((Fraction(row["persons"], max(row["months"], 1)) for row in by_cycle), Fraction()))


def headline(
    *,
    comparison: Iterable[Mapping[str, Any]],
    fate: pl.DataFrame,
    recovery: pl.DataFrame,
    passes: Mapping[str, int],
    by_cycle: Iterable[Mapping[str, Any]],
    audit: pl.DataFrame,
) -> dict[Figure, int]:
    """Every figure. `passes` are those of all runs by method, `audit` is `audited`."""
    state = fate["state"]
    figures = {
        Figure.COMPARED: compared(comparison),
        Figure.DOUBTFUL: fate.height,
        Figure.VERIFIED: int(fate["is_verified"].sum()),
        Figure.CONFIRMED: int((state == LossState.CONFIRMED.value).sum()),
        Figure.REFUTED: int((state == LossState.REFUTED.value).sum()),
        **{figure: int(recovery[figure.value.lower()].sum()) for figure in _MONEY},
        **{figure: passes.get(method, 0) for method, figure in PASSED_BY.items()},
        Figure.SPARED_A_MONTH: spared_a_month(by_cycle),
        Figure.EVER_CONFIRMED: int(fate["was_confirmed"].sum()),
        Figure.THEN_REFUTED: fate.filter("was_confirmed", pl.col("state") == LossState.REFUTED.value).height,
        Figure.AUDITED: audit.height,
        Figure.AUDIT_HEARD: audit.filter(pl.col("is_wrong") | pl.col("is_right")).height,
        Figure.AUDIT_WRONG: audit.filter("is_wrong").height,
    }
    averted = (Figure.RETURNED_FEN, Figure.RECOVERED_FEN, Figure.OFFSET_FEN, Figure.PREVENTED_FEN)
    figures[Figure.AVERTED_FEN] = sum(figures[one] for one in averted)
    return {figure: figures[figure] for figure in Figure}
