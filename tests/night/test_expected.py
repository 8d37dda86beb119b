"""The sample province sends what was read and accepted by eye: `make accept` after reading what changed."""

from difflib import unified_diff
from pathlib import Path

EXPECTED = Path(__file__).parents[2] / "data_samples" / "expected" / "outbox"


def _files(outbox: Path) -> dict[str, bytes]:
    return {str(path.relative_to(outbox)): path.read_bytes() for path in sorted(outbox.rglob("*.csv"))}


def _lines(content: bytes) -> list[str]:
    return content.decode("gb18030" if not content.startswith(b"\xef\xbb\xbf") else "utf-8-sig").splitlines()


def test_the_outbox_holds_what_was_accepted(province):
    expected, sent = _files(EXPECTED), _files(province / "outbox")
    differences = [
        line
        for name in sorted(expected.keys() | sent.keys())
        for line in unified_diff(_lines(expected.get(name, b"")), _lines(sent.get(name, b"")), name, name, n=0)
    ]
    assert differences == []
    assert sent == expected
