"""The truth table: simulate a province, run the product night by night, join what it made of it with the truth.

    python -m benchmarks.truth [--persons 200000] [--nights 60] [--start 2024-03-18] [--seed 20240318] [--home DIR]

The product runs as a process of its own; figures are reckoned from files. `benchmarks/results/truth.json` holds the
figures, `truth_detail.json` what stands behind them and how they were made.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.truth_figures import detail, figures
from benchmarks.truth_world import read_world
from data_samples.province.answer_night import answer_night
from data_samples.province.deliveries import arrive

RESULTS = Path(__file__).with_name("results")


def silentcert(*arguments: str) -> None:
    """The product's own command; what it says is shown when it fails."""
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"silentcert {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")


def simulate(home: Path, options: argparse.Namespace) -> None:
    scale = ("--persons", str(options.persons), "--nights", str(options.nights), "--seed", str(options.seed))
    silentcert("simulate", *scale, "--start", options.start.isoformat(), "--home", str(home))


def run_nights(home: Path, options: argparse.Namespace) -> list[float]:
    """Seconds of each night. Between two nights, offices and agencies answer."""
    seconds = []
    for number in range(options.nights):
        day = options.start + timedelta(days=number)
        arrive(home, day)
        begun = time.monotonic()
        silentcert("night", day.isoformat(), "--home", str(home))
        seconds.append(round(time.monotonic() - begun, 1))
        answers = answer_night(home, day, seed=options.seed)
        sys.stderr.write(f"{day}: {seconds[-1]} s, {answers} answers\n")
    return seconds


def write(name: str, content: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    (RESULTS / name).write_text(text + "\n", encoding="utf-8")


def main() -> None:
    options = _options()
    home = options.home or Path(tempfile.mkdtemp(prefix="truth."))
    seconds: list[float] = []
    if not (home / "lake" / "receipts").exists():
        simulate(home, options)
        seconds = run_nights(home, options)
    world = read_world(home)
    found = figures(world)
    setting = {"persons": options.persons, "nights": options.nights, "start": options.start, "seed": options.seed}
    write("truth.json", found)
    write("truth_detail.json", {"setting": setting, "seconds": seconds, **detail(world)})
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2024, 3, 18))
    parser.add_argument("--seed", type=int, default=20240318)
    parser.add_argument("--home", type=Path, help="kept; one that has its nights already is only read again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
