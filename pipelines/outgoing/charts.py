"""Charts as inline SVG. The same figures give the same text; nothing is fetched."""

from collections.abc import Sequence
from typing import Final

import leather  # type: ignore[import-untyped]

WIDTH: Final = 860
_BAR: Final = 34
_COLOUR: Final = "#2f5d7c"
_FONT: Final = "inherit"

leather.theme.background_color = "#ffffff"
leather.theme.margin = 0.03  # of the width; the library reads a share only
leather.theme.default_series_colors = [_COLOUR]
leather.theme.tick_font_char_width = 14  # a Chinese character is as wide as it is high
leather.theme.tick_font_family = leather.theme.title_font_family = leather.theme.axis_title_font_family = _FONT
leather.theme.label_color = "#444"


def bars(rows: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars, first row on top; empty text when there is nothing to draw."""
    if not any(value for _, value in rows):
        return ""
    chart = leather.Chart()
    chart.add_bars([(value, label) for label, value in rows])
    return _scaled(chart, _BAR * len(rows) + 60)


def columns(rows: Sequence[tuple[str, float]]) -> str:
    """Columns side by side; empty text when there is nothing to draw."""
    if not any(value for _, value in rows):
        return ""
    chart = leather.Chart()
    chart.add_columns([(label, value) for label, value in rows])
    return _scaled(chart, 240)


def _scaled(chart: leather.Chart, height: int) -> str:
    """With a view box: on a small screen or on paper it shrinks as a whole instead of being cut off."""
    drawn = str(chart.to_svg(width=WIDTH, height=height))
    return drawn.replace("<svg ", f'<svg viewBox="0 0 {WIDTH} {height}" ', 1)
