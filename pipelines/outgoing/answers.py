"""The words that an office may write into a list of ours, said where it reads what to do."""

from collections.abc import Iterator

import polars as pl

from pipelines.step import Context
from schemas.contract import Contract


def with_answers(rows: pl.DataFrame, contract: Contract, context: Context) -> pl.DataFrame:
    """The rows; the text of each column that `names_answers` ends with the words of every coded answer."""
    answers = answer_words(contract, context)
    columns = [column.name for column in contract.columns if column.names_answers and column.name in rows.columns]
    if not answers or not columns:
        return rows
    return rows.with_columns(_joined(name, context.wording.general.between_sentences, answers) for name in columns)


def answer_words(contract: Contract, context: Context) -> str:
    """A sentence for each coded column to be filled in, with its words; empty where there is none."""
    wording, codes = context.wording, context.code_tables
    return wording.general.between.join(
        wording.general.answers.format(header=header, words=wording.general.between_words.join(codes.words(table)))
        for header, table in _asked(contract, context)
    )


def _asked(contract: Contract, context: Context) -> Iterator[tuple[str, str]]:
    """Header and code list of each column that is read back as a code; its own list counts before that of the feed."""
    if contract.answered_by:
        feed = context.contracts[contract.answered_by]
        filled = (column for column in contract.columns if column.fills)
        for column in filled:
            if table := column.codes or feed.column(column.fills).codes:
                yield column.header, table


def _joined(column: str, between: str, answers: str) -> pl.Expr:
    text = pl.col(column).fill_null("")
    return pl.when(text == "").then(pl.lit(answers)).otherwise(text + between + answers).alias(column)
