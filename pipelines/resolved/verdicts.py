"""Human verdicts; the officers who gave them are kept as keyed digests, enough to see that they are three persons."""

from collections.abc import Callable
from typing import Final

import polars as pl

from pipelines.resolved.answers import is_answer
from pipelines.resolved.links import record_key
from schemas.contract import Contract
from schemas.tables import VERDICT

_OFFICERS: Final = ("handler", "reviewer", "approver")


def find_verdicts(rows: pl.DataFrame, contract: Contract, *, digest: Callable[[str], str]) -> pl.DataFrame:
    """VERDICT, from validated rows of `verification` that answer no match review.

    `digest` replaces an officer's name by a keyed digest; no name stays empty.
    """
    judged = rows.filter(~is_answer())
    return judged.with_columns(
        record_key(contract),
        *(_digested(judged[officer], digest) for officer in _OFFICERS),
        feed=pl.lit(contract.feed),
        agency=pl.lit(contract.agency),
        is_revoked=pl.col("is_revoked").fill_null(False),
    ).select(VERDICT.names)


def _digested(officers: pl.Series, digest: Callable[[str], str]) -> pl.Series:
    written = officers.fill_null("").str.strip_chars()
    known = {name: digest(name) if name else "" for name in written.unique()}
    return written.replace_strict(known, return_dtype=pl.String)
