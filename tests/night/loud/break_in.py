"""A night in which an engine fails on a person's value and quotes it: `python break_in.py night DATE --home HOME`."""

from dataclasses import replace

from pipelines import cli
from pipelines.run import night
from pipelines.step import Context, Derived, Inputs
from schemas.tables import PERSON


def _breaking(tables: Inputs, context: Context) -> Derived:
    person = tables[PERSON]
    failing = person.mutate(broken=person.raw_name.cast("int64"))
    return Derived({}, {"rows": context.engine.arrow(failing).num_rows})


if __name__ == "__main__":
    night.STEPS = tuple(
        replace(step, reads=(PERSON,), derive=_breaking) if step.name == "decisions" else step for step in night.STEPS
    )
    cli.main()
