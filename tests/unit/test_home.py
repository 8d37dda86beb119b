"""A home that is none, or that lost its key, is told so before anything is made in it."""

from datetime import UTC, date, datetime

import pytest

from pipelines.cli import arrive, keygen
from pipelines.errors import SetupError, UsageError
from pipelines.home.declared import check_key, key_fingerprint, secret_of
from pipelines.read.explain import explain_person
from pipelines.read.status import status_of
from pipelines.read.verify import verify
from pipelines.run.handover import open_night
from pipelines.run.night import backfill, night
from pipelines.storage.receipts import GENESIS, Receipt, read_receipts
from tests.conftest import NIGHTS, new_home, silent


@pytest.mark.parametrize("read", [verify, status_of])
def test_h8_reading_a_home_that_is_none_makes_none(tmp_path, read):
    with pytest.raises(UsageError, match=r"no night has run in .*nosuch; check --home") as refused:
        read(tmp_path / "nosuch")
    assert refused.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lake", ["empty", "of a run that left no receipt"])
def test_h8_h5_a_lake_without_receipts_is_never_called_in_order(tmp_path, lake):
    (tmp_path / "lake" / "receipts").mkdir(parents=True)
    if lake == "empty":
        for read in (verify, status_of):
            with pytest.raises(UsageError, match="no night has run in"):
                read(tmp_path)
        assert [path.name for path in (tmp_path / "lake").iterdir()] == ["receipts"]
        return
    (tmp_path / "lake" / "receipts").rmdir()
    (tmp_path / "lake" / "person" / "run=000001").mkdir(parents=True)
    (tmp_path / "lake" / "person" / "run=000001" / "person.parquet").write_bytes(b"x")
    assert verify(tmp_path) == ["person/run=000001/person.parquet: no receipt names it"]


@pytest.mark.parametrize("make", [keygen, lambda home: arrive(datetime(2024, 3, 18, tzinfo=UTC), home)])
def test_h8_nothing_is_made_in_a_folder_that_is_not_there(tmp_path, make):
    with pytest.raises(UsageError, match=r"nosuch is no folder; check --home"):
        make(tmp_path / "nosuch")
    assert list(tmp_path.iterdir()) == []


def test_h5_a_lake_with_receipts_gets_no_new_key(tmp_path):
    (tmp_path / "lake" / "receipts").mkdir(parents=True)
    with pytest.raises(SetupError, match="bring it back from the backup"):
        secret_of(tmp_path)
    with pytest.raises(UsageError, match="bring it back from the backup"):
        keygen(tmp_path)
    assert not (tmp_path / "policy").exists()


def test_h5_a_new_home_is_told_to_make_one_and_has_it_then(tmp_path):
    with pytest.raises(SetupError, match="silentcert keygen"):
        secret_of(tmp_path)
    keygen(tmp_path)
    assert len(secret_of(tmp_path)) == 32


@pytest.mark.parametrize("written", ["", "12ab", "g" * 64, "ab" * 16, "AB" * 32, "Ab谢" * 30])
def test_h5_a_key_that_is_not_of_our_making_is_refused_without_quoting_it(tmp_path, written):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "secret.key").write_text(written, encoding="utf-8")
    with pytest.raises(SetupError, match="does not end in a key of 64 hex digits") as refused:
        secret_of(tmp_path)
    assert not written or written not in str(refused.value)


@pytest.mark.parametrize("empty", ["no inbox", "only later files"])
def test_s10_a_first_night_without_a_file_is_not_entered(tmp_path, empty):
    home = new_home(tmp_path)
    (home / "inbox").rename(home / "kept")
    if empty == "only later files":
        later = home / "inbox" / "transport"
        later.mkdir(parents=True)
        (home / "kept" / "transport" / "2024-03-20").rename(later / "2024-03-20")
    for run in (lambda: night(home, NIGHTS[0], progress=silent), lambda: open_night(home, NIGHTS[0], shares=1)):
        with pytest.raises(UsageError, match=r"or before .*nothing was entered"):
            run()
    assert not list((home / "lake").glob("receipts/*.json"))


@pytest.mark.parametrize("purpose", ["", "  "])
def test_h12_nobody_is_looked_at_without_a_purpose(tmp_path, purpose):
    with pytest.raises(UsageError, match="--purpose is entered in the access log"):
        explain_person(tmp_path, 1, as_of=None, for_person=False, access=(datetime(2024, 3, 19, tzinfo=UTC), purpose))


def test_h5_a_receipt_names_the_key_by_its_fingerprint_alone(after_nights):
    home = after_nights[-1]
    fingerprints = {receipt.key_fingerprint for receipt in read_receipts(home / "lake")}
    assert fingerprints == {key_fingerprint(secret_of(home))}
    assert (home / "policy" / "secret.key").read_text().split()[-1] not in str(fingerprints)


@pytest.mark.parametrize("act", ["night", "open", "backfill", "replay", "explain"])
def test_h5_nothing_is_made_or_read_under_another_key(home, act):
    before = sorted((home / "lake").rglob("*.parquet"))
    (home / "policy" / "secret.key").write_text("ab" * 32 + "\n")
    acts = {
        "night": lambda: night(home, date(2024, 3, 21), progress=silent),
        "open": lambda: open_night(home, date(2024, 3, 21), shares=1),
        "backfill": lambda: backfill(home, NIGHTS[0], NIGHTS[0], progress=silent),
        "replay": lambda: verify(home, replay=1),
        "explain": lambda: explain_person(
            home, 1001, as_of=None, for_person=False, access=(datetime(2024, 3, 19, tzinfo=UTC), "test")
        ),
    }
    with pytest.raises(SetupError, match=r"secret\.key is another key than the runs of this home were made under"):
        acts[act]()
    assert sorted((home / "lake").rglob("*.parquet")) == before


def test_h5_receipts_of_before_the_fingerprint_are_read_as_they_are():
    before = Receipt(
        format_version=2, number=1, kind="night", as_of=NIGHTS[0], run_key="", previous=GENESIS, logic_version="",
        lock_digest="", policy_digest="", deliveries=(), sums={}, files={},
    )  # fmt: skip
    assert b"key_fingerprint" not in before.content()
    check_key(bytes(32), [before.key_fingerprint, key_fingerprint(bytes(32))])
