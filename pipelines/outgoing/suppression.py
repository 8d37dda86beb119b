"""Small cells are hidden: one below `fewest`, and another beside it where a total would give it away."""

from collections.abc import Sequence
from typing import Final

SMALLEST_SHOWN: Final = 10
Cell = tuple[int, int]


def hidden_cells(table: Sequence[Sequence[int]], *, fewest: int = SMALLEST_SHOWN) -> set[Cell]:
    """Cells (row, column) not to show. The last row and the last column of `table` are its totals.

    In every row and column either nothing is hidden or at least two cells are. What is hidden beside a small cell
    is the smallest other body cell that is not nought, a total only when the body has none left.
    """
    width, height = len(table[0]), len(table)
    hidden = {(r, c) for r, row in enumerate(table) for c, n in enumerate(row) if 0 < n < fewest}
    rows = [[(r, c) for c in range(width)] for r in range(height)]
    columns = [[(r, c) for r in range(height)] for c in range(width)] if height > 1 else []
    while alone := [line for line in (*rows, *columns) if sum(cell in hidden for cell in line) == 1]:
        hidden.add(_beside(alone[0], table, hidden))
    return hidden


def hidden_parts(parts: Sequence[int], *, total_is_hidden: bool) -> set[int]:
    """Positions not to show among the parts of a total that is itself shown or not."""
    hidden = {place for place, count in enumerate(parts) if 0 < count < SMALLEST_SHOWN}
    if len(hidden) + total_is_hidden == 1 and len(parts) > 1 - total_is_hidden:
        others = [place for place in range(len(parts)) if place not in hidden]
        hidden |= set(sorted(others, key=lambda place: (parts[place] == 0, parts[place], place))[:1])
    return hidden


def _beside(line: Sequence[Cell], table: Sequence[Sequence[int]], hidden: set[Cell]) -> Cell:
    def order(cell: Cell) -> tuple[bool, bool, int, Cell]:
        row, column = cell
        count = table[row][column]
        is_total = column == len(table[0]) - 1 or (len(table) > 1 and row == len(table) - 1)
        return count == 0, is_total, count, cell

    return min((cell for cell in line if cell not in hidden), key=order)
