"""The stage of a run: what its steps have written and no receipt names yet.

lake/stage/000004.night.2024-03-18.5be1c07d90a3f2e6/      the name is the fence
    landed/ … outgoing/     one folder per step, files under the names they will have in the lake
    parsed/                 handed from the parsing of the deliveries to their judging; never committed
    opened.json             only where the steps are run by several processes: what the run was opened with
    opener.json             likewise: the name of the run of theirs, where they have one
    landed.json …           likewise: that step is done, and what it counted
    ended.json              likewise: there is nothing left to do

Opening a run removes every other stage and makes one under a name never used before, so whoever still works for an
earlier run finds its folder gone: it may fail, but never mix its rows with another run's.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any, cast

from pipelines.storage.files import fsync_path, remove_folder, write_durable
from pipelines.storage.receipts import RunKind


@dataclass(frozen=True, slots=True)
class Stage:
    folder: Path

    @property
    def number(self) -> int:
        return int(self._named(0))

    @property
    def kind(self) -> RunKind:
        return cast(RunKind, self._named(1))

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self._named(2))

    def note(self, name: str, facts: dict[str, Any]) -> None:
        write_durable(self._note(name), json.dumps(facts, sort_keys=True).encode())

    def noted(self, name: str) -> dict[str, Any] | None:
        path = self._note(name)
        return json.loads(path.read_bytes()) if path.exists() else None

    def flush(self, step: str) -> None:
        """Flush the step's files: they must survive a power failure if the note that calls them done does."""
        for path in sorted((self.folder / step).rglob("*")):
            fsync_path(path)

    def _note(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _named(self, part: int) -> str:
        return self.folder.name.split(".")[part]


def stages_on_disk(lake: Path) -> list[Stage]:
    """At most one, but for a crash while another was being made."""
    return [Stage(folder) for folder in sorted((lake / "stage").glob("[0-9]*.*.*.*"))]


def new_stage(lake: Path, number: int, kind: RunKind, as_of: date) -> Stage:
    remove_folder(lake / "stage")
    folder = lake / "stage" / f"{number:06d}.{kind}.{as_of.isoformat()}.{token_hex(8)}"
    folder.mkdir(parents=True)
    return Stage(folder)
