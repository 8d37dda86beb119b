"""Several runs at once, one of them started over, and a task of it that comes back from the dead."""

import subprocess
import sys
from urllib.parse import quote

import pytest

from pipelines.read.verify import verify_lake
from pipelines.storage.receipts import read_receipts
from tests.airflow.ledgers import canonical
from tests.airflow.rest import ENDED, NIGHT, RefusedError, wait_until
from tests.conftest import NIGHTS, new_home

ZOMBIE = "import sys; from pipelines.run.handover import do_step; do_step(sys.argv[1], 'signals')"


def test_runs_that_meet_give_one_receipt_per_night_and_fence_the_loser(operator, commanded, tmp_path):
    home = new_home(tmp_path)
    conf = {"home": str(home)}
    operator.unpause(NIGHT)
    by_hand = operator.trigger(conf | {"business_date": str(NIGHTS[0])})
    wait_until("the night to be opened", lambda: operator.states(by_hand).get("land") == "success")
    operator.backfill(str(NIGHTS[0]), str(NIGHTS[-1]), conf, at_once=3)
    overtaken = _stage(home)
    operator.clear(by_hand)
    wait_until("the night to be opened again", lambda: _stage(home) not in ("", overtaken))
    assert "FencedError" in _come_back(overtaken)
    runs = wait_until("all runs", lambda: _ended(operator, home), seconds=3000)
    assert [run["state"] for run in runs] == ["success"] * 4
    assert "FencedError" in _come_back(overtaken)
    with pytest.raises(RefusedError, match="in its own home"):
        operator.call("GET", f"/silentcert/report/{NIGHT}/{quote(by_hand['dag_run_id'])}")
    receipts = read_receipts(home / "lake")
    assert [(receipt.kind, receipt.as_of) for receipt in receipts] == [("night", as_of) for as_of in NIGHTS]
    assert verify_lake(home) == []
    if len(canonical(commanded)) == len(NIGHTS) + 1:  # the sample's own nights, not simulated ones
        assert canonical(home) == canonical(commanded)[: len(NIGHTS)]


def _stage(home) -> str:
    return "".join(str(path.parent) for path in (home / "lake" / "stage").glob("*/opened.json"))


def _come_back(stage: str) -> str:
    """How the zombie ends. While a step of the other run holds the lock it has to try again, as its task would."""

    def ended() -> str:
        run = subprocess.run([sys.executable, "-c", ZOMBIE, stage], capture_output=True, text=True, check=False)
        return "" if "BusyError" in run.stderr else run.stderr or "it went on"

    return wait_until("the zombie to get the lock", ended)


def _ended(operator, home) -> list[dict]:
    ours = [run for run in operator.runs(NIGHT) if (run["conf"] or {}).get("home") == str(home)]
    return ours if all(run["state"] in ENDED for run in ours) else []
