"""The night in pieces: who may go on with it, and what happens to who may not."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipelines.errors import BusyError, FencedError, PipelineError
from pipelines.run import commit, handover
from pipelines.run.commit import writer_lock
from pipelines.run.handover import Opener, commit_night, do_step, open_night, parse_feeds
from pipelines.steps import STEPS
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS, new_home
from tests.derived import with_derive
from tests.night.tree import digests


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> tuple[Path, handover.OpenedNight]:
    home = new_home(tmp_path_factory.mktemp("landed"))
    return home, open_night(home, NIGHTS[0], shares=3)


@pytest.fixture(scope="module")
def staged(tmp_path_factory) -> tuple[Path, str]:
    """A home whose first night, its feeds parsed at once, lacks its commit only; and the path of its stage."""
    home = new_home(tmp_path_factory.mktemp("staged"))
    landed = open_night(home, NIGHTS[0], shares=3)
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        parsed = list(processes.map(parse_feeds, [landed.stage] * 3, landed.shares))
    assert all(counts["deliveries"] > 0 for counts in parsed)
    for step in STEPS:
        if not step.by_feed:
            do_step(landed.stage, step.name)
    return home, landed.stage


def _copied(given: tuple[Path, object], folder: Path) -> tuple[Path, str]:
    """A copy to be spoilt, and the path of the stage in it."""
    home = Path(shutil.copytree(given[0], folder / "home"))
    (stage,) = (home / "lake" / "stage").iterdir()
    return home, str(stage)


def test_the_shares_hold_every_feed_once_and_are_at_most_as_many_as_asked(landed):
    home, (_, shares, _) = landed
    came = {path.parent.name for path in (home / "inbox").glob("*/*") if path.name <= NIGHTS[0].isoformat()}
    assert len(shares) == 3
    assert sorted(feed for share in shares for feed in share) == sorted(came)


@pytest.mark.slow
def test_a_night_without_deliveries_still_has_one_share(staged, tmp_path):
    home, stage = _copied(staged, tmp_path)
    commit_night(stage)
    shutil.rmtree(home / "inbox")
    assert open_night(home, NIGHTS[1], shares=3).shares == [[]]


def test_who_was_overtaken_by_a_later_opening_is_fenced(landed, tmp_path):
    home, overtaken = _copied(landed, tmp_path)
    newer = open_night(home, NIGHTS[0], shares=3)
    for zombie in (lambda: parse_feeds(overtaken, ["health"]), lambda: do_step(overtaken, "validated"),
                   lambda: commit_night(overtaken)):  # fmt: skip
        with pytest.raises(FencedError, match="another run was opened since"):
            zombie()
    assert [str(path) for path in (home / "lake" / "stage").iterdir()] == [newer.stage]
    assert do_step(newer.stage, "landed") == newer.counts


def test_who_comes_back_after_the_commit_is_fenced(staged, tmp_path):
    home, stage = _copied(staged, tmp_path)
    commit_night(stage)
    before = digests(home)
    for zombie in (lambda: parse_feeds(stage, ["health"]), lambda: do_step(stage, "signals")):
        with pytest.raises(FencedError, match="another run was opened since"):
            zombie()
    assert digests(home) == before


@pytest.mark.parametrize("changed", ["rules.yaml", "contracts/health.odcs.yaml"])
def test_a_night_does_not_go_on_under_another_policy(landed, tmp_path, changed):
    home, stage = _copied(landed, tmp_path)
    path = home / "policy" / changed
    path.parent.mkdir(exist_ok=True)
    shutil.copy(
        Path(__file__).parents[2] / "schemas" / ("policy" if path.parent.name == "policy" else "") / changed, path
    )
    with pytest.raises(FencedError, match="policy changed"):
        parse_feeds(stage, ["health"])


def test_no_step_runs_before_the_ones_it_needs(landed, tmp_path):
    _, stage = _copied(landed, tmp_path)
    with pytest.raises(PipelineError, match="received and not parsed"):
        do_step(stage, "validated")
    with pytest.raises(PipelineError, match="validated is not done yet"):
        do_step(stage, "resolved")
    with pytest.raises(PipelineError, match="validated is not done yet"):
        commit_night(stage)


def test_the_lock_keeps_steps_apart_and_lets_parsing_share(landed, tmp_path):
    home, stage = _copied(landed, tmp_path)
    with writer_lock(home / "lake", shared=True):
        assert parse_feeds(stage, ["health"])["deliveries"] == 1
        with pytest.raises(BusyError, match="another run is writing"):
            do_step(stage, "validated")
    with writer_lock(home / "lake"), pytest.raises(BusyError, match="another run is writing"):
        parse_feeds(stage, ["health"])


def test_a_step_that_is_done_is_not_done_again(staged, tmp_path, monkeypatch):
    _, stage = _copied(staged, tmp_path)
    monkeypatch.setattr(handover, "STEPS", with_derive("ledger", lambda *given: pytest.fail("done twice")))
    assert do_step(stage, "ledger")["certification_entry"] > 0


@pytest.mark.parametrize("dies_at", ["link_durable", "put_receipt", "publish"])
def test_a_commit_that_died_is_done_again(staged, province, tmp_path, monkeypatch, dies_at):
    home, stage = _copied(staged, tmp_path)
    where = handover.close.__globals__ if dies_at == "publish" else vars(commit)
    with monkeypatch.context() as dying:
        dying.setitem(where, dies_at, _dying(where[dies_at]))
        with pytest.raises(OSError, match="went away"):
            commit_night(stage)
    receipt = commit_night(stage)
    assert receipt == read_receipts(province / "lake")[0]
    assert digests(home).items() <= digests(province).items()
    assert list(Path(stage).glob("*/")) == []
    assert commit_night(stage) == receipt


def _dying(function):
    """Does its work twice and then dies."""
    done = []

    def dying(*arguments):
        function(*arguments)
        done.append(arguments)
        if len(done) == 2 or function.__name__ != "link_durable":
            raise OSError("the disk went away")

    return dying


def test_who_comes_while_another_run_is_under_way_waits_and_disturbs_nothing(tmp_path):
    home = new_home(tmp_path)
    first = open_night(home, NIGHTS[0], shares=3, opener=Opener("first", lambda name: False))
    with pytest.raises(BusyError, match="is under way") as busy:
        open_night(home, NIGHTS[0], shares=3, opener=Opener("second", lambda name: name == "first"))
    assert not isinstance(busy.value, FencedError)
    assert parse_feeds(first.stage, ["health"])["deliveries"] == 1


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_run_that_is_over_or_starts_again_is_taken_over_and_its_zombie_fenced(tmp_path, name):
    home = new_home(tmp_path)
    first = open_night(home, NIGHTS[0], shares=3, opener=Opener("first", lambda name: False))
    second = open_night(home, NIGHTS[0], shares=3, opener=Opener(name, lambda other: other != "first"))
    with pytest.raises(FencedError, match="another run was opened since"):
        parse_feeds(first.stage, ["health"])
    assert parse_feeds(second.stage, ["health"])["deliveries"] == 1


def test_a_committed_run_is_not_waited_for(staged, tmp_path):
    home, stage = _copied(staged, tmp_path)
    Path(stage, "opener.json").write_text('{"name": "first"}')
    commit_night(stage)
    assert open_night(home, NIGHTS[1], shares=3, opener=Opener("second", lambda name: True)) is not None


def test_a_night_that_stands_is_decided_again_only_when_asked(staged, tmp_path):
    home, stage = _copied(staged, tmp_path)
    commit_night(stage)
    before = digests(home)
    assert open_night(home, NIGHTS[0], shares=1) is None
    again = open_night(home, NIGHTS[0], shares=1, again=True, opener=Opener("again", lambda name: True))
    parse_feeds(again.stage, again.shares[0])
    for step in STEPS:
        if not step.by_feed:
            do_step(again.stage, step.name)
    assert commit_night(again.stage) is None
    assert digests(home) == before
    assert open_night(home, NIGHTS[1], shares=1, opener=Opener("next", lambda name: True)) is not None
