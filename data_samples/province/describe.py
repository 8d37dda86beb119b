"""One page that shows a simulated province beside the published facts: `truth/description.html`, self-contained."""

from html import escape
from pathlib import Path
from typing import Final

import leather  # type: ignore[import-untyped]

from data_samples.province.marginals import Marginal, Share, marginals
from data_samples.province.world import World

PAGE: Final = Path("truth") / "description.html"
_PUBLISHED: Final = "#b9c4cc"
_SIMULATED: Final = "#2f5d7c"
_BAR: Final = 20
_AXES: Final = 110
_STYLE: Final = """
body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;color:#222;max-width:920px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2.2rem 0 .2rem}p{margin:.2rem 0 .6rem;color:#555}
table{border-collapse:collapse;font-size:.85rem;margin:.4rem 0}th,td{padding:.15rem .7rem;text-align:right}
th:first-child,td:first-child{text-align:left}th{border-bottom:1px solid #999;font-weight:600}
.out{color:#a33;font-weight:600}svg{max-width:100%;height:auto}
.key span{display:inline-block;width:.9em;height:.9em;margin:0 .3em 0 1em;vertical-align:-.1em}
"""


def describe(world: World, home: Path) -> Path:
    """Write the page; answers where."""
    leather.theme.background_color = "#ffffff"
    leather.theme.tick_font_family = leather.theme.title_font_family = "inherit"
    leather.theme.tick_font_char_width = 12
    shown = marginals(world)
    path = home / PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_page(world, shown), encoding="utf-8")
    return path


def _page(world: World, shown: tuple[Marginal, ...]) -> str:
    scale = world.scale
    outside = sum(not share.is_within for marginal in shown for share in marginal.shares)
    total = sum(len(marginal.shares) for marginal in shown)
    setting = f"{scale.persons:,} persons, {scale.nights} nights from {scale.start}, seed {scale.seed}"
    found = f"{total - outside} of {total} shares lie within the stated tolerance and three and a half standard errors."
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>A simulated province</title>'
        f"<style>{_STYLE}</style><h1>A simulated province</h1><p>{setting}. Nobody in it exists.</p><p>{found}</p>"
        f'<p class="key"><span style="background:{_PUBLISHED}"></span>published'
        f'<span style="background:{_SIMULATED}"></span>simulated</p>'
        + "".join(_section(marginal) for marginal in shown)
        + "</html>\n"
    )


def _section(marginal: Marginal) -> str:
    rows = "".join(_row(share) for share in marginal.shares)
    head = "<tr><th></th><th>published</th><th>simulated</th><th>of</th><th>tolerance</th><th></th></tr>"
    return (
        f"<h2>{escape(marginal.title)}</h2><p>Published: {escape(marginal.source)}.</p>{_chart(marginal)}"
        f"<table>{head}{rows}</table>"
    )


def _row(share: Share) -> str:
    verdict = "within" if share.is_within else '<span class="out">outside</span>'
    return (
        f"<tr><td>{escape(share.label)}</td><td>{share.published:.2%}</td><td>{share.simulated:.2%}</td>"
        f"<td>{share.count:,}</td><td>± {share.tolerance:.2%}</td><td>{verdict}</td></tr>"
    )


def _chart(marginal: Marginal) -> str:
    """Two bars to a share, the published one above; the library wants labels apart, so the second is but blanks."""
    published = [(100 * share.published, share.label) for share in marginal.shares]
    simulated = [(100 * share.simulated, " " * place) for place, share in enumerate(marginal.shares, 1)]
    bars = [bar for pair in zip(published, simulated, strict=True) for bar in pair]
    chart = leather.Chart()
    chart.add_bars(bars, fill_color=lambda datum: _PUBLISHED if datum.y.strip() else _SIMULATED)
    chart.add_x_axis(name="per cent")
    return str(chart.to_svg(width=860, height=_BAR * len(bars) + _AXES))
