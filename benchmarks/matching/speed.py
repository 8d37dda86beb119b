"""How fast and how large: check digits per core-second, and damaged records against a registry whose index stands.

Each measurement is a process of its own. Memory is the proportional set size of that process; the index is part of it.
The index is built in one process and asked in another, which reads it back: what building needed is no longer held.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.matching.linkage import index, link
from benchmarks.matching.world import World
from benchmarks.night import tree_memory
from matchers.numbers import SHAPE, check_value, halves, last_value, read_numbers

RECORDS: Final = 100_000
CHECKED_ROWS: Final = 3_000_000
_DAMAGED: Final = (
    "one_digit", "transposition", "two_digits", "recomputed_check", "wrong_birth_in_number", "another_persons_number",
    "no_number", "unusable_number", "homophone", "glyph", "several_errors",
)  # fmt: skip
_FRAMES: Final = ("persons", "aliases", "residences", "records")


def measure_speed(world: World, records: pl.DataFrame) -> dict[str, Any]:
    """`records` are shuffled by their rows' digest, so that the damaged strata come mixed."""
    damaged = records.filter(pl.col("stratum").is_in(_DAMAGED)).sort(pl.col("row").hash(seed=1), "row").head(RECORDS)
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in zip(_FRAMES, (world.persons, world.aliases, world.residences, damaged), strict=True):
            frame.write_parquet(Path(folder, f"{name}.parquet"))
        found = {part: _child(part, folder) for part in _PARTS}
    ratio = round(found["damaged_records"]["seconds"] / found["floor_exact_join"]["seconds"], 2)
    return found | {"ratio_to_floor": ratio}


def _child(part: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.matching.speed", part, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"measuring {part} ended with {done.returncode}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


class Meter:
    """Wall and CPU seconds and the highest memory of what runs inside `with`."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0
        self.peak_mib = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,))
        watch.start()
        wall, cpu = time.monotonic(), time.process_time()
        yield
        self.seconds, self.cpu_seconds = round(time.monotonic() - wall, 2), round(time.process_time() - cpu, 2)
        done.set()
        watch.join()

    def _watch(self, done: threading.Event) -> None:
        while not done.is_set():
            self.peak_mib = max(self.peak_mib, tree_memory(os.getpid()) // 1024)
            done.wait(0.1)

    def figures(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_mib": self.peak_mib}


def _check(folder: Path) -> dict[str, Any]:
    """The check character reckoned of two halves; with shape and reading, of text; and all that a number says."""
    numbers = pl.read_parquet(folder / "persons.parquet", columns=["id_number"])["id_number"]
    numbers = pl.concat([numbers] * (CHECKED_ROWS // len(numbers) + 1)).head(CHECKED_ROWS).rechunk()
    text = pl.col("id_number")
    (high, low), last = halves(text), last_value(text)
    read = numbers.to_frame().lazy().select(has_shape=text.str.contains(SHAPE), high=high, low=low, last=last)
    holds = check_value(pl.col("high"), pl.col("low")) == pl.col("last")
    halved = read.collect()
    return {
        "rows": CHECKED_ROWS,
        "check_of_halves": _rate(lambda: halved.select(holds)),
        "check_of_text": _rate(lambda: read.collect().select(pl.col("has_shape") & holds)),
        "whole_number": _rate(lambda: read_numbers(numbers)),
    }


def _rate(reckon: Callable[[], object]) -> dict[str, Any]:
    """The best of three: the first touches memory that is new."""
    meters = [Meter() for _ in range(3)]
    for meter in meters:
        with meter.running():
            reckon()
    best = min(meters, key=lambda meter: meter.cpu_seconds)
    return {"million_rows_per_core_second": round(CHECKED_ROWS / best.cpu_seconds / 1e6, 2)} | best.figures()


def _floor(folder: Path) -> dict[str, Any]:
    """A bare join of the same records by number and name."""
    frames = [pl.read_parquet(folder / f"{name}.parquet") for name in ("records", "persons")]
    asked, persons = (
        frame.select("id_number", "name", kept) for frame, kept in zip(frames, ("row", "person_no"), strict=True)
    )
    meter = Meter()
    with meter.running():
        found = asked.join(persons, on=["id_number", "name"]).height
    return {"records": asked.height, "registry": persons.height, "linked": found} | meter.figures()


def _index(folder: Path) -> dict[str, Any]:
    frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in _FRAMES if name != "records"}
    meter = Meter()
    with meter.running():
        registry = index(**frames)
    (folder / "registry.pickle").write_bytes(pickle.dumps(registry))
    return meter.figures()


def _ours(folder: Path) -> dict[str, Any]:
    records, meter = pl.read_parquet(folder / "records.parquet"), Meter()
    with (folder / "registry.pickle").open("rb") as file:
        registry = pickle.load(file)
    with meter.running():
        found = link(records, registry)
    linked = int(found.answers["linked"].is_not_null().sum())
    return {"records": records.height, "registry": registry.current.height, "linked": linked} | meter.figures()


_PARTS: Final[dict[str, Callable[[Path], dict[str, Any]]]] = {
    "check_digit": _check,
    "floor_exact_join": _floor,
    "index": _index,
    "damaged_records": _ours,
}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_PARTS[sys.argv[1]](Path(sys.argv[2]))))
