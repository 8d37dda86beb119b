"""The README of this folder: who everybody in the cast is, what each proves, what is expected of the three nights."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from data_samples.crowd import NIGHTS
from data_samples.people import COUNTIES, Person

EXPECTATIONS = Path(__file__).resolve().parents[1] / "tests" / "night" / "cast_expectations.yaml"
_ABOUT = """# A sample province

Written by `make_samples.py` from `cast.yaml`, `dirt.yaml`, a fixed seed and the contracts: change those, not the files.
`make_samples.py --check` exits 1 when a committed file differs from what it would write.

**Everybody here is invented.** Names carry 例, 样, 拟 or 虚 ("example", "made up"); numbers have a right check character
but sequence codes from 900 up; no telephone number begins with 100000; the key in
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
    expected = _expected()
    about = _ABOUT.format(nights=", ".join(night.isoformat() for night in NIGHTS), counties=", ".join(COUNTIES))
    return about + "".join(_row(person, expected.get(person.person_no, [])) for person in cast)


def _expected() -> dict[int, list[dict[str, Any]]]:
    by_no: dict[int, list[dict[str, Any]]] = {}
    for item in yaml.safe_load(EXPECTATIONS.read_text(encoding="utf-8")):
        by_no.setdefault(item["person_no"], []).append(item)
    return by_no


def _row(person: Person, expected: list[dict[str, Any]]) -> str:
    outcomes = "<br>".join(_outcomes(item, several=len(expected) > 1) for item in expected)
    return f"| {person.person_no} | {person.name} | {person.role.replace('_', ' ')} | {person.proves} | {outcomes} |\n"


def _outcomes(item: dict[str, Any], *, several: bool) -> str:
    steps = [outcome for n, outcome in enumerate(item["outcomes"]) if n == 0 or outcome != item["outcomes"][n - 1]]
    named = f"{item['programme_code']} {item['county_code']}: " if several else ""
    return named + " → ".join(steps)
