"""Ends of reply windows, in working days: counted here, row by row, for the few verdicts there are."""

import pyarrow as pa

from schemas.policy import Policy
from schemas.working_days import last_day_of_term

SHAPE = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("record_no", pa.int64()),
        ("loss_group", pa.string()),
        ("deadline", pa.date32()),
    ]
)


def reply_deadlines(verdicts: pa.Table, policy: Policy) -> pa.Table:
    """(delivery_id, record_no, loss_group, deadline); no row where no notice was given or a year has no calendar."""
    rows = [
        {"delivery_id": row["delivery_id"], "record_no": row["record_no"], "loss_group": group.value, "deadline": end}
        for row in verdicts.select(["delivery_id", "record_no", "notice_date"]).to_pylist()
        for group, days in sorted(policy.reply_windows.items())
        if row["notice_date"] and (end := last_day_of_term(row["notice_date"], days, policy.calendar))
    ]
    return pa.Table.from_pylist(rows, SHAPE)
