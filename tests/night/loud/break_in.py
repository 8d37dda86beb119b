"""A night in which an engine fails on a person's value and quotes it: `python break_in.py night DATE --home HOME`."""

import polars as pl

from pipelines import cli, night
from pipelines.run import Run, StepReport
from schemas.tables import PERSON


def _breaking(run: Run) -> StepReport:
    person = run.lake.read(PERSON)
    failing = person.mutate(broken=person.raw_name.cast("int64"))
    return StepReport("decisions", {"rows": pl.DataFrame(run.lake.arrow(failing)).height})


if __name__ == "__main__":
    night.STAGES = tuple((name, _breaking if name == "decisions" else stage) for name, stage in night.STAGES)
    cli.main()
