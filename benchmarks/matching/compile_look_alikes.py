"""Compile look_alikes.csv: common characters of one structure whose order of strokes differs in one stroke.

    python -m benchmarks.matching.compile_look_alikes FOLDER     # an unpacked char-similar wheel (MIT), version 0.0.2

Run only for another version; the package itself is no dependency. The matcher's glyph table goes by parts and corners,
so this is another view of what looks alike.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.matching.characters import LOOK_ALIKES, common_characters

_FEWEST_STROKES = 6  # with fewer, one stroke is half of the character


def _near(strokes: str) -> Iterator[str]:
    """Patterns shared with whatever differs by one stroke changed or left out."""
    for at in range(len(strokes)):
        yield strokes[:at] + "*" + strokes[at + 1 :]
        yield strokes[:at] + strokes[at + 1 :]
    yield strokes


def main(folder: Path) -> None:
    order, structure = (
        json.loads((folder / f"char_similar/data/char_{name}.dict").read_text(encoding="utf-8"))
        for name in ("order", "struct")
    )
    groups = defaultdict(set)
    for character in common_characters():
        if len(strokes := order.get(character, "")) >= _FEWEST_STROKES:
            for pattern in _near(strokes):
                groups[structure.get(character), pattern].add(character)
    mates = defaultdict(set)
    for group in groups.values():
        for character in group:
            mates[character] |= group - {character}
    lines = [f"{character},{''.join(sorted(found))}" for character, found in sorted(mates.items()) if found]
    LOOK_ALIKES.write_text("character,look_alikes\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
