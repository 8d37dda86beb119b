"""The README of this folder: who everybody in the cast is, what each proves, what is expected of the three nights."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from data_samples.crowd import NIGHTS
from data_samples.people import COUNTIES, Person

EXPECTATIONS = Path(__file__).resolve().parents[1] / "tests" / "night" / "cast_expectations.yaml"
Expected = dict[int, dict[str, dict[date, dict[str, Any]]]]
_ABOUT = """# A sample province

Written by `make_samples.py` from `cast.yaml`, `dirt.yaml`, a fixed seed and the contracts: change those, not the files.
`make_samples.py --check` exits 1 when a committed file differs from what it would write.

**Everybody here is invented.** Names carry 例, 样, 拟 or 虚 ("example", "made up"); numbers have a right check
character but sequence codes from 900 up; telephone numbers begin with 100000, as no real one does; the key in
`home/policy/secret.key` is published on purpose and must never be used with real records.

```
silentcert night 2024-03-18 --home data_samples/home     # then 2024-03-19 and 2024-03-20
```

| What | Where |
|---|---|
| files as agencies send them, all 16 feeds, nights {nights} | `home/inbox/` |
| the cast and their records | `cast.yaml` |
| wrong records, a handful per agency | `dirt.yaml` |
| crowd of ordinary persons, drawn from the seed | `people.py`, `crowd.py` |
| what the three nights send, read and accepted by eye (`make accept` after reading a change) | `expected/outbox/` |
| one writer for every format, driven by the contract | `writer.py` |

Counties: {counties}. The retired nucleic-acid feed has one old delivery, of 2022-12-20.
An agency's `replies` are here about a ticket nobody issued: a reply that means nothing must do nothing.

## The cast

Expected outcomes are derived by hand from the rules; they stand in `tests/night/cast_expectations.yaml`. An arrow is a
change from one night to the next.

| No. | Name | Role | Proves | Expected |
|---|---|---|---|---|
"""


def readme(cast: Iterable[Person]) -> str:
    expected: Expected = yaml.safe_load(EXPECTATIONS.read_text(encoding="utf-8"))
    about = _ABOUT.format(nights=", ".join(night.isoformat() for night in NIGHTS), counties=", ".join(COUNTIES))
    return about + "".join(_row(person, expected[person.person_no]) for person in cast)


def _row(person: Person, programmes: dict[str, dict[date, dict[str, Any]]]) -> str:
    several = len(programmes) > 1
    outcomes = "<br>".join((f"{name}: " if several else "") + _outcomes(nights) for name, nights in programmes.items())
    return f"| {person.person_no} | {person.name} | {person.role.replace('_', ' ')} | {person.proves} | {outcomes} |\n"


def _outcomes(nights: dict[date, dict[str, Any]]) -> str:
    """One outcome where the nights agree, else the way from one to the next."""
    seen = [said.get("outcome", said.get("certification_state", "")) for _, said in sorted(nights.items())]
    return " → ".join(outcome for n, outcome in enumerate(seen) if n == 0 or outcome != seen[n - 1])
