"""The lists of a night, answered as offices would: what they write, and what must be taken."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.derived import shipped_contracts
from tests.returned.saved import rows_of

DAY = date(2024, 3, 20)
# by list: header → what the office writes in the line of this place
ANSWERS: dict[str, dict[str, Callable[[int], str]]] = {
    "worklist": {
        "核查结果": lambda n: ("属实", "情况属实", "来源有误", "不是本人", "联系不上")[n % 5],
        "核查日期": lambda n: "2024-03-19",
        "告知日期": lambda n: "2024-03-19" if n % 5 < 2 else "",
        "经办": lambda n: "jingban",
        "复核": lambda n: "fuhe",
        "审核": lambda n: "shenhe",
    },
    "match_review": {
        "核对结果": lambda n: ("是本人", "否", "无法判断")[n % 3],
        "核对人": lambda n: "jingban",
        "核对日期": lambda n: "2024-03-19",
    },
    "outreach": {
        "走访结果": lambda n: ("本人健在", "未见到")[n % 2],
        "走访方式": lambda n: "上门",
        "走访日期": lambda n: "2024-03-19",
    },
    "care_visits": {
        "回访结果": lambda n: ("本人健在", "未见到")[n % 2],
        "回访方式": lambda n: "电话",
        "回访日期": lambda n: "2024-03-19",
    },
    "requests": {
        "办理结果": lambda n: "已办结",
        "经办": lambda n: "jingban",
        "办理日期": lambda n: "2024-03-19",
    },
    "discrepancy": {
        "处理结果": lambda n: ("已更正", "核实无误", "非本单位")[n % 3],
        "更正后值": lambda n: "1945-01-02" if n % 3 == 0 else "",
        "处理说明": lambda n: "经核对，档案有误" if n % 3 == 0 else "",
        "处理人": lambda n: "王例",
        "处理日期": lambda n: "2024-03-19",
    },
}


def lists_of(outbox: Path) -> list[Path]:
    """Every list of a night that is sent for an answer."""
    return sorted(path for path in outbox.glob("*/*.csv") if path.stem in ANSWERS)


def answered(path: Path) -> list[list[str]]:
    """The list with all its lines answered but each fourth, which nobody came to yet."""
    rows = rows_of(path.read_bytes())
    for place, row in enumerate(rows[1:]):
        if place % 4 != 3:
            for header, text in ANSWERS[path.stem].items():
                row[rows[0].index(header)] = text(place)
    return rows


def lay_down(home: Path, path: Path, content: bytes, ending: str) -> None:
    """In the inbox of the feed it is answered by, under a name an office gives."""
    folder = home / "inbox" / shipped_contracts()[path.stem].answered_by / f"{DAY}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{path.parent.name}（已填） {path.stem} (1){ending}").write_bytes(content)
