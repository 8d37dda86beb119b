"""A home that is none, or that lost its key, is told so before anything is made in it."""

from datetime import UTC, datetime

import pytest

from pipelines.cli import keygen
from pipelines.errors import SetupError, UsageError
from pipelines.home.declared import secret_of
from pipelines.read.explain import explain_person
from pipelines.read.status import status_of
from pipelines.read.verify import verify
from pipelines.run.handover import open_night
from pipelines.run.night import night
from tests.conftest import NIGHTS, new_home, silent


@pytest.mark.parametrize("read", [verify, status_of])
def test_h8_reading_a_home_that_is_none_makes_none(tmp_path, read):
    with pytest.raises(UsageError, match=r"no night has run in .*nosuch; check --home") as refused:
        read(tmp_path / "nosuch")
    assert refused.value.exit_code == 2
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
        with pytest.raises(UsageError, match="or before; nothing was entered"):
            run()
    assert not list((home / "lake").glob("receipts/*.json"))


@pytest.mark.parametrize("purpose", ["", "  "])
def test_h12_nobody_is_looked_at_without_a_purpose(tmp_path, purpose):
    with pytest.raises(UsageError, match="--purpose is entered in the access log"):
        explain_person(tmp_path, 1, as_of=None, for_person=False, access=(datetime(2024, 3, 19, tzinfo=UTC), purpose))
