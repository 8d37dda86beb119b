"""What a sender claims, believed only where it holds."""

from datetime import date

import pytest

from pipelines.landed.statements import delivery_id, is_allowed_name, read_manifest, rejection_of, stated_date

DIGEST = "ab" * 32


@pytest.mark.parametrize("name", ["a.csv", "health_2023-01-01.csv.gz", "X-1.parquet"])
def test_plain_names_are_allowed(name):
    assert is_allowed_name(name)


@pytest.mark.parametrize(
    "name",
    ["[ab].csv", "a*.csv", "a?.csv", ".hidden", "a b.csv", "张.csv", "a\n.csv", "a'.csv", "{a}", "", "a" * 121],
)
def test_a_name_a_reader_could_take_for_more_is_not(name):
    assert not is_allowed_name(name)


@pytest.mark.parametrize(
    ("folder", "stated"),
    [("2024-02-29", date(2024, 2, 29)), ("2023-02-29", None), ("20230101", None), ("2023-1-1", None), ("..", None)],
)
def test_a_folder_states_a_real_day(folder, stated):
    assert stated_date(folder) == stated


def test_the_delivery_is_the_bytes_of_a_feed_for_a_day():
    ids = {delivery_id(*parts) for parts in [("a", "d", "x"), ("b", "d", "x"), ("a", "e", "x"), ("a", "d", "y")]}
    assert len(ids) == 4
    assert all(len(one) == 16 for one in ids)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b'{"rows": "3", "sha256": "' + DIGEST.encode() + b'"}',
        b'{"rows": true, "sha256": "' + DIGEST.encode() + b'"}', b'{"rows": -1, "sha256": "' + DIGEST.encode() + b'"}',
        b'{"rows": 3, "sha256": "abc"}', b"[" * 60_000,
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_none(content):
    assert read_manifest(content) is None


def test_a_manifest_is_held_against_the_bytes():
    manifest = read_manifest(b'{"rows": 3, "sha256": "' + DIGEST.upper().encode() + b'", "note": 1}')
    assert manifest is not None
    assert manifest.rows == 3
    assert rejection_of(manifest, DIGEST, is_required=True) == ("", "")
    assert rejection_of(manifest, "cd" * 32, is_required=False)[0] == "BAD_MANIFEST"
    assert rejection_of(None, DIGEST, is_required=True)[0] == "BAD_MANIFEST"
    assert rejection_of(None, DIGEST, is_required=False) == ("", "")
