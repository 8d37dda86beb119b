"""What stands in a book as of a day: of each key the newest entry about that day or an earlier one.

An entry has two times: the day it is about (`as_of`) and the run that wrote it (`run_no`). A backfill writes
about a past day later on, so that the newest run wins within a day, and the newest day over all.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir


def standing(entries: ir.Table, key: Sequence[str], *, as_of: date) -> ir.Table:
    """Grain: the key. Columns: those of the book; a closed entry stands as closed."""
    newest = ibis.row_number().over(
        group_by=list(key),
        order_by=[entries.as_of.desc(), entries.run_no.desc(), entries.entry_id.asc()],
    )
    return (
        entries.filter(entries.as_of <= ibis.literal(as_of))
        .mutate(age=newest)
        .filter(lambda table: table.age == 0)
        .drop("age")
    )
