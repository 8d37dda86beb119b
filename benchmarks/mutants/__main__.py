"""Damaged files by the thousand: each is taken, held or refused as it should, and nothing is lost, altered or stopped.

    python -m benchmarks.mutants delivered [--count 10000] [--seed 7] [--nights 10]

Mutant n depends on seed and n alone, so that a run goes on where it stopped. Most are read in this process, one in a
hundred by a child as in a night, to measure it; `--nights` lays forty mutants beside the files of the sample home
and runs its night. `results/mutants_delivered.json` holds counts and faults; exit code 1 when there is a fault.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.mutants.delivered import Mutant, mutant
from benchmarks.mutants.files import FEEDS, NIGHT
from benchmarks.mutants.judge import ENDINGS, Reader
from pipelines.validated.parser import Parser

RESULTS: Final = Path(__file__).parents[1] / "results"
SAMPLE: Final = Path(__file__).parents[2] / "data_samples" / "home"
# of each kind of mutants: how one is made
KINDS: Final = {"delivered": mutant}
MOST_MEMORY_MB: Final = {"parent": 1000, "child": 1000}
_BY_CHILD, _SAVED_EVERY = 100, 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--nights", type=int, default=10)
    options = parser.parse_args()
    place = RESULTS / f"mutants_{options.kind}.json"
    RESULTS.mkdir(exist_ok=True)
    result = _begun(place, options.seed)
    while result["done"] < options.count:
        until = min(options.count, result["done"] + _SAVED_EVERY)
        judged(options.kind, options.seed, range(result["done"], until), result)
        result["done"] = until
        _save(place, result)
        sys.stderr.write(f"{until} of {options.count}, {len(result['faults'])} faults\n")
    while result["nights"] < options.nights:
        result["nights_stopped"] += night_stopped(options.kind, options.seed, result["nights"])
        result["nights"] += 1
        _save(place, result)
    return 1 if result["faults"] or result["nights_stopped"] else 0


def judged(kind: str, seed: int, numbers: range, result: dict[str, Any]) -> None:
    """Judge these mutants and add what was found to the result."""
    reactions = Counter(result["reactions"])
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder, Parser() as parser:
        reader = Reader(Path(folder))
        for number in numbers:
            made = KINDS[kind](Random(f"{seed}-{number}"), reader.contracts)
            reaction, faults = reader.faults(made)
            reactions[f"{made.name}: {reaction}"] += 1
            result["faults"] += [f"{number} {made.name}: {fault}" for fault in faults]
            if number % _BY_CHILD == 0:
                result["memory_mb"]["child"] = max(result["memory_mb"]["child"], _memory_of_child(parser, reader, made))
    result["reactions"] = dict(sorted(reactions.items()))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    result["memory_mb"]["parent"] = max(result["memory_mb"]["parent"], most)
    for process, memory in result["memory_mb"].items():
        if memory > MOST_MEMORY_MB[process]:
            result["faults"].append(f"{numbers.stop} memory of the {process}: {memory} MB")


def _memory_of_child(parser: Parser, reader: Reader, made: Mutant) -> int:
    parser.parse(reader.job(made.container, made.content))
    if parser._child is None:
        return 0
    status = Path(f"/proc/{parser._child.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def night_stopped(kind: str, seed: int, number: int) -> int:
    """1 when the sample's night does not end well with forty mutants of its files beside them."""
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder:
        home = Path(folder) / "home"
        shutil.copytree(SAMPLE, home)
        random = Random(f"{seed}-night-{number}")
        contracts = Reader(Path(folder)).contracts
        for place in range(40):
            made = KINDS[kind](random, contracts)
            name = f"mutant-{place}.{ENDINGS[made.container]}"
            (home / "inbox" / FEEDS[made.container] / NIGHT / name).write_bytes(made.content)
        command = [sys.executable, "-m", "pipelines.cli", "night", NIGHT, "--home", str(home)]
        return int(subprocess.run(command, capture_output=True, check=False).returncode != 0)


def _begun(place: Path, seed: int) -> dict[str, Any]:
    """The result of an earlier run with this seed, to go on with; else an empty one."""
    known: dict[str, Any] = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    if known.get("seed") == seed:
        return known
    memory = {"parent": 0, "child": 0}
    return {
        "seed": seed,
        "done": 0,
        "nights": 0,
        "nights_stopped": 0,
        "memory_mb": memory,
        "faults": [],
        "reactions": {},
    }


def _save(place: Path, result: dict[str, Any]) -> None:
    partial = place.with_suffix(".partial")
    partial.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(place)


if __name__ == "__main__":
    sys.exit(main())
