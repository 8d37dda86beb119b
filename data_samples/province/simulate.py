"""The whole of it: a world drawn, its files written and delivered, the truth laid beside them."""

from collections.abc import Collection
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet as pq

from data_samples.province.answers import read_answer_rates
from data_samples.province.deliveries import Province, arrive
from data_samples.province.dirt_rates import read_dirt_rates
from data_samples.province.parameters import Parameters, Scale, read_parameters
from data_samples.province.truth import PERSON, PERSON_STATE, SECOND_NUMBER
from data_samples.province.truth_files import write_truth
from data_samples.province.truth_frames import person_states, persons, second_numbers
from data_samples.province.world import World
from schemas.code_tables import read_code_tables
from schemas.officers import PROVINCE

TRUTH: Final = "truth"
_KEY: Final = Path("policy") / "secret.key"
_OFFICERS: Final = Path("policy") / "officers.yaml"


def simulate(
    home: Path,
    scale: Scale,
    parameters: Parameters | None = None,
    *,
    later_by_hand: Collection[str] = (),
    sends_empty: bool = True,
) -> World:
    """Write `arrivals/` and `truth/` of a home, and its key if it has none.

    Of the feeds `later_by_hand` only the first night is written: what they say later depends on what is done meanwhile.
    Without `sends_empty` an agency that has nothing to tell sends no file.
    A single night arrives at once; of several, `arrive` brings each night's files when the night has come.
    """
    if (home / TRUTH).exists():
        raise FileExistsError(f"{home / TRUTH} exists: a home holds one simulated province; name another home")
    if (home / "lake" / "receipts").exists() or any((home / "inbox").glob("*/*/*")):
        raise FileExistsError(f"{home} holds files or nights of its own; a simulated province needs another home")
    world = World(parameters or read_parameters(), scale)
    _write_key(home / _KEY, scale.seed)
    _write_officers(home / _OFFICERS, scale.start)
    province = Province(home, world.contracts, read_code_tables(), read_dirt_rates(), seed=scale.seed)
    province.write(
        emission
        for emission in world.emissions()
        if emission.business_date == scale.start
        or (emission.feed not in later_by_hand and (sends_empty or emission.rows.height))
    )
    province.close()
    _write_people(home / TRUTH, world)
    if scale.nights == 1:
        arrive(home, scale.start)
    return world


def _write_key(path: Path, seed: int) -> None:
    """Drawn from the seed, so that a simulated province gives the same ids again; good for nothing else."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(blake2b(f"simulated {seed}".encode(), digest_size=32).hexdigest() + "\n", encoding="utf-8")


def _write_officers(path: Path, start: date) -> None:
    """Those who answer, on duty at the provincial office in every role since a year."""
    if path.exists():
        return
    rows = [
        f"- {{account: {account}, name: 办事员{number}, office: {PROVINCE}, roles: [HANDLER, REVIEWER, APPROVER], "
        f"from: {start - timedelta(days=365)}}}\n"
        for number, account in enumerate(read_answer_rates().officers, 1)
    ]
    path.write_text("".join(rows), encoding="utf-8")


def _write_people(folder: Path, world: World) -> None:
    """Block by block: they come in the order of the key."""
    folder.mkdir(parents=True, exist_ok=True)
    again = []
    with (
        pq.ParquetWriter(folder / f"{PERSON.name}.parquet", PERSON.arrow(), compression="zstd") as people,
        pq.ParquetWriter(folder / f"{PERSON_STATE.name}.parquet", PERSON_STATE.arrow(), compression="zstd") as states,
    ):
        for block in world.blocks():
            lives = world.lives(block)
            people.write_table(persons(world.parameters, world.scale, lives).to_arrow().cast(PERSON.arrow()))
            states.write_table(person_states(world.scale, lives).to_arrow().cast(PERSON_STATE.arrow()))
            again.append(second_numbers(lives))
    write_truth(SECOND_NUMBER, pl.concat(again), folder)
