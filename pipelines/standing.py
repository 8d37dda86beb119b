"""What stands of what was said more than once: of a book's key the newest entry, of a record the newest version.

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


def with_stands(link: ir.Table) -> ir.Table:
    """Every version of the records of LINK; adds `stands`: the newest one, and not withdrawn.

    Of the versions of one day a withdrawal is the newest: it cannot come before what it withdraws.
    """
    order = ("business_date", "is_revoked", "delivery_id", "record_no")
    newest = ibis.row_number().over(
        group_by=["feed", "record_id"], order_by=[link[name].desc(nulls_first=False) for name in order]
    )
    versions = link.mutate(version=newest)
    return versions.mutate(stands=(versions.version == 0) & ~versions.is_revoked).drop("version")
