"""Write the sample province: `python data_samples/make_samples.py [--check]`.

Persons and their records come from `cast.yaml`, `dirt.yaml` and a fixed seed; headers, encodings, dates, codes and
file kinds from the contracts. With --check nothing is written: it exits 1 and names each committed file that differs.
"""

import argparse
import sys
from datetime import date
from pathlib import Path
from random import Random

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data_samples import records
from data_samples.cast_list import readme
from data_samples.crowd import NIGHTS, Placed, live, live_unknown
from data_samples.people import HERE, Person, draw_crowd, read_cast
from data_samples.records import Lines
from data_samples.writer import Line, file_bytes, file_name, manifest
from schemas.code_tables import read_code_tables
from schemas.contract import Contract, read_contracts

SEED = 20240318
SECRET = "5a3b1e6d9c47f2080d1b6e5f43a2c8979e0f6c2d7b845139ae60f1c4d2738b95"
_SECRET_TEXT = "SAMPLE KEY, published on purpose. Never use it with real records: make your own.\n" + SECRET + "\n"
_CONTRACTS = Path(__file__).resolve().parents[1] / "schemas" / "contracts"


def province() -> Lines:
    """Every row of every file, by feed and night."""
    random = Random(SEED)
    cast = read_cast()
    crowd = draw_crowd(random, first_no=2001, size=288)
    strangers = draw_crowd(random, first_no=9001, size=120)
    insured = (*cast, *crowd)
    by_no = {person.person_no: person for person in (*insured, *strangers)}
    placed = [*records.cast_placed(cast), *live(random, crowd), *live_unknown(random, strangers), *_dirt(by_no)]
    lines = records.every_night(insured)
    for key, more in records.events(placed, by_no, bytes.fromhex(SECRET)).items():
        lines[key] = [*lines.get(key, []), *more]
    for night in NIGHTS:
        lines["replies", night] = [records.unknown_reply(night)]
    return lines


def _dirt(by_no: dict[int, Person]) -> list[Placed]:
    items = yaml.safe_load((HERE / "dirt.yaml").read_text(encoding="utf-8"))
    return [(item["night"], by_no[item["person_no"]], item["row"]) for item in items]


def files() -> dict[Path, bytes]:
    """Everything this program writes, by path below `data_samples/`."""
    contracts, code_tables = read_contracts([_CONTRACTS]), read_code_tables()
    made = {Path("home/policy/secret.key"): _SECRET_TEXT.encode(), Path("README.md"): readme(read_cast()).encode()}
    for (feed, night), lines in sorted(province().items()):
        content = file_bytes(contracts[feed], code_tables, lines)
        made |= _delivery(contracts[feed], night, content, lines)
    return made


def _delivery(contract: Contract, night: date, content: bytes, lines: list[Line]) -> dict[Path, bytes]:
    folder = Path("home/inbox") / contract.feed / night.isoformat()
    name = file_name(contract, night)
    sent = {folder / name: content}
    if contract.manifest == "required":
        sent[folder / f"{name}.manifest.json"] = manifest(content, sum(line.times for line in lines))
    return sent


def differing(made: dict[Path, bytes]) -> list[Path]:
    there = {path.relative_to(HERE) for path in (HERE / "home" / "inbox").rglob("*") if path.is_file()}
    changed = {path for path, content in made.items() if not _holds(HERE / path, content)}
    return sorted(changed | (there - set(made)))


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _write(made: dict[Path, bytes]) -> None:
    for path in differing(made):
        (HERE / path).unlink(missing_ok=True)
    for path, content in made.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_bytes(content)


def main() -> int:
    parser = argparse.ArgumentParser(description="write the sample province")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a committed file differs")
    made = files()
    if parser.parse_args().check:
        changed = differing(made)
        sys.stdout.writelines(f"differs from what make_samples.py writes: data_samples/{path}\n" for path in changed)
        return 1 if changed else 0
    _write(made)
    sys.stdout.write(f"{len(made)} files, {sum(map(len, made.values())):,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
