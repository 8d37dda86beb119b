"""Leave out one rule at a time and ask the tests to notice.

    python -m benchmarks.mutations [--only WORD] [--list]

Each mutant is tried in a copy of the tracked files, first by the tests nearest to its file, then by all that judge
decisions, and, still unnoticed, by the nights of the sample province. `results/mutations.json` holds who noticed what;
exit code 1 when a mutant survived.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.rules_left_out import Mutant, mutants

ROOT: Final = Path(__file__).parents[1]
RESULT: Final = Path(__file__).with_name("results") / "mutations.json"
NEAR: Final = {
    "matchers": ("tests/unit/matchers", "tests/property/test_records.py", "tests/property/test_matching.py"),
    "pipelines/run/audit.py": ("tests/unit/test_audit.py", "tests/unit/test_audit_links.py"),
    "pipelines/decisions": ("tests/unit/decisions", "tests/spec"),
    "pipelines/ledger": ("tests/unit/ledger",),
    "pipelines/outgoing": ("tests/unit/outgoing",),
    "pipelines/resolved": ("tests/unit/resolved", "tests/property/test_matching.py"),
    "pipelines/signals": ("tests/unit/signals", "tests/property/test_lattice.py"),
    "schemas": (
        "tests/unit/decisions/test_policy_is_complete.py",
        "tests/unit/decisions/test_effects.py",
        "tests/spec",
    ),
}
WIDER: Final = ("tests/unit/decisions", "tests/unit/outgoing", "tests/property/test_decide.py", "tests/spec")
NIGHTS: Final = ("tests/night/test_night.py",)


def noticed_by(mutant: Mutant, copy: Path) -> str:
    """The first test that fails; empty when none does."""
    place = copy / mutant.path
    healthy = place.read_text(encoding="utf-8")
    place.write_text(mutant.text, encoding="utf-8")
    try:
        near = next(tests for part, tests in NEAR.items() if mutant.path.startswith(part))
        return next((found for tests in (near, WIDER, NIGHTS) if (found := _failure(tests, copy))), "")
    finally:
        place.write_text(healthy, encoding="utf-8")


def _failure(tests: tuple[str, ...], copy: Path) -> str:
    quick = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "-m", "", "--hypothesis-profile=unshrunk"]
    command = [sys.executable, "-m", "pytest", *quick, *tests]
    environment = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    failures = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return (failures or [f"pytest ended with {done.returncode}"])[0].split(" - ")[0]


def copy_of(root: Path, target: Path) -> Path:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    packed = subprocess.run(
        ["tar", "--null", "-T", "-", "-c"], cwd=root, input=tracked, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(target)], input=packed.stdout, check=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="mutants whose name holds this word")
    parser.add_argument("--list", action="store_true", help="name the mutants and try none")
    options = parser.parse_args()
    wanted = [mutant for mutant in mutants(ROOT) if options.only in mutant.name]
    if options.list:
        sys.stdout.writelines(f"{mutant.name}\n" for mutant in wanted)
        return 0
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder:
        copy = copy_of(ROOT, Path(folder))
        for mutant in wanted:
            found[mutant.name] = noticed_by(mutant, copy)
            sys.stderr.write(f"{'noticed' if found[mutant.name] else 'SURVIVED'}  {mutant.name}\n")
    survivors = [name for name, test in found.items() if not test]
    RESULT.parent.mkdir(exist_ok=True)
    summary = {"mutants": len(found), "survivors": survivors, "noticed_by": found}
    RESULT.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
