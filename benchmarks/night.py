"""Time one night of a generated province beside the floor, in the same run: seconds per stage and peak memory.

    python benchmarks/night.py [PERSONS] [EVENTS]        # 1000000 500000; writes benchmarks/results/night.json

Memory is the proportional set size of the whole process tree, sampled ten times a second (Linux).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
DAY = "2024-03-18"
SAMPLE_SECONDS = 0.1
NIGHT = """
import json, sys, time
from datetime import date
from pathlib import Path
from pipelines.run.night import night
from pipelines.steps import STEPS
stages = {step.name for step in STEPS} | {"commit"}
begun = []
def note(said):
    if said in stages:
        begun.append((said, time.monotonic()))
night(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), progress=note)
begun.append(("end", time.monotonic()))
split = {stage: round(stop - start, 1) for (stage, start), (_, stop) in zip(begun, begun[1:])}
Path(sys.argv[1], "split.json").write_text(json.dumps(split))
"""


def tree_memory(root: int) -> int:
    """KiB of the process and all its descendants; those that end meanwhile count nothing."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _text(entry / "stat").rpartition(") ")[2].split()
            parents[int(entry.name)] = int(stat[1]) if stat else 0
    tree, found = {root}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in tree and pid not in tree}
        tree |= found
    return sum(_pss(pid) for pid in tree)


def _pss(pid: int) -> int:
    lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def measured(*command: str) -> dict[str, float]:
    """Seconds and peak MiB of a command; raises when it fails."""
    start, peak = time.monotonic(), 0
    process = subprocess.Popen([sys.executable, *command], cwd=HERE.parent, env={**os.environ, "PYTHONHASHSEED": "0"})
    while process.poll() is None:
        peak = max(peak, tree_memory(process.pid))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return {"seconds": round(time.monotonic() - start, 1), "peak_mib": peak // 1024}


def main(persons: int, events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        measured(str(HERE / "province.py"), folder, str(persons), str(events))
        floor = measured(str(HERE / "floor.py"), folder)
        night = measured("-c", NIGHT, folder, DAY)
        split = json.loads((home / "split.json").read_text())
    result = {
        "persons": persons, "events": events, "floor": floor, "night": night, "stages": split,
        "ratio_seconds": round(night["seconds"] / floor["seconds"], 1),
    }  # fmt: skip
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "night.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    sizes = [int(number) for number in sys.argv[1:]]
    main(*(sizes or [1_000_000, 500_000]))
