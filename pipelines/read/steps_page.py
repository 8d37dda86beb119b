"""The picture of the steps as a page: `python -m pipelines.read.steps_page [--check]` writes `docs/steps.md`."""

import sys
from typing import Final

from pipelines.home.declared import SCHEMAS
from pipelines.step import DataSet
from pipelines.steps import READERS, STEPS
from schemas.table import Table

PAGE: Final = SCHEMAS.parent / "docs" / "steps.md"
_INTRODUCTION: Final = """# Steps and data

Made from `pipelines/steps.py` by `python -m pipelines.read.steps_page`; do not edit. A row is a data set, a column a
step of the night, in order: **W** it writes the data set, **R** it reads it, **RW** it reads what earlier runs wrote
and adds its own. The last column names who else reads it.
"""


def steps_page() -> str:
    data_sets: dict[str, DataSet] = {data.name: data for step in STEPS for data in (*step.reads, *step.writes)}
    header = ["", *(step.name for step in STEPS), "read by"]
    lines = [header, ["---", *(":-:" for _ in STEPS), "---"], *map(_line, data_sets.values())]
    matrix = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{_INTRODUCTION}\n{matrix}\n"


def _line(data: DataSet) -> list[str]:
    marks = [("R" if data in step.reads else "") + ("W" if data in step.writes else "") for step in STEPS]
    kind = "" if isinstance(data, Table) else " (files)"
    readers = ", ".join(reader.name for reader in READERS if data in reader.reads)
    return [f"`{data.name}`{kind}", *marks, readers]


def main(arguments: list[str]) -> str | None:
    """None, or what is wrong: with --check nothing is written."""
    page = steps_page()
    if "--check" in arguments:
        is_fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
        return None if is_fresh else "docs/steps.md is stale: run python -m pipelines.read.steps_page"
    PAGE.write_text(page, encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
