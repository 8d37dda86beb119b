"""No small cell is shown, and none can be worked out from a row or a column with a total."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.outgoing.suppression import SMALLEST_SHOWN, hidden_cells, hidden_parts

COUNT = st.one_of(st.just(0), st.integers(1, 30), st.integers(1, 5000))


@st.composite
def tables(draw):
    width, height = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    body = [[draw(COUNT) for _ in range(width)] for _ in range(height)]
    rows = [[*row, sum(row)] for row in body]
    return rows if height == 1 else [*rows, [sum(column) for column in zip(*rows, strict=True)]]


@given(tables())
def test_every_line_hides_none_or_at_least_two(table):
    hidden = hidden_cells(table)
    places = {(r, c) for r, row in enumerate(table) for c in range(len(row))}
    assert {(r, c) for r, c in places if 0 < table[r][c] < SMALLEST_SHOWN} <= hidden <= places
    lines = [[(r, c) for c in range(len(table[0]))] for r in range(len(table))]
    lines += [[(r, c) for r in range(len(table))] for c in range(len(table[0]))] if len(table) > 1 else []
    assert all(sum(cell in hidden for cell in line) != 1 for line in lines)


@given(tables())
def test_a_table_of_large_cells_hides_nothing(table):
    large = [[count and count + SMALLEST_SHOWN for count in row] for row in table]
    assert hidden_cells(large) == set()


@given(st.lists(COUNT, min_size=2, max_size=6))
def test_parts_of_a_shown_total_hide_none_or_at_least_two(parts):
    hidden = hidden_parts(parts, total_is_hidden=False)
    assert len(hidden) != 1
    assert all(place in hidden for place, count in enumerate(parts) if 0 < count < SMALLEST_SHOWN)


@given(st.lists(COUNT, min_size=1, max_size=6))
def test_parts_beside_a_hidden_total_do_not_give_it_away(parts):
    assert hidden_parts(parts, total_is_hidden=True)
