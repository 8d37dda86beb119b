"""Write `schemas/DICTIONARY.md`: every feed, file, table and code in words, made from the declarations alone.

`python -m schemas.emit.to_markdown` writes it, `--check` exits 1 when it is stale.
"""

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from schemas import codes
from schemas.code_tables import CodeTables, read_code_tables
from schemas.contract import Column, Contract, read_contracts
from schemas.table import Table
from schemas.tables import TABLES

SCHEMAS: Final = Path(__file__).parents[1]
DICTIONARY: Final = SCHEMAS / "DICTIONARY.md"
_OPENING: Final = """# Dictionary 数据字典

本页由 `schemas/` 中的声明生成;要修改,请改声明,不改本页。“ / ”之前为中文,之后为同一意思的英文。

Made by `python -m schemas.emit.to_markdown` from the declarations in `schemas/`; change those, not this page.
"""


def dictionary(contracts: Iterable[Contract], code_tables: CodeTables) -> str:
    declared = sorted(contracts, key=lambda contract: contract.feed)
    incoming = [contract for contract in declared if contract.role != "outgoing"]
    outgoing = [contract for contract in declared if contract.role == "outgoing"]
    parts = [
        _OPENING,
        "## What comes in 报送进来的数据\n",
        _overview(incoming),
        *map(_contract, incoming),
        "## What goes out 送出的文件\n",
        *map(_contract, outgoing),
        "## Our own tables 内部数据表\n",
        *map(_table, TABLES.values()),
        "## Codes we write 我方写出的代码\n",
        *map(_enumeration, enumerations()),
        "## Codes senders write 报送单位写的代码\n",
        *(_code_table(name, code_tables) for name in code_tables.tables),
    ]
    return "\n".join(parts)


def enumerations() -> tuple[type[codes.Code], ...]:
    found = (value for _, value in inspect.getmembers(codes, inspect.isclass))
    return tuple(value for value in found if issubclass(value, codes.Code) and value is not codes.Code)


def _overview(contracts: list[Contract]) -> str:
    return _grid(
        (
            "Feed 数据源",
            "What 名称",
            "Agency 单位",
            "Format 格式",
            "Encoding 编码",
            "Delivery 方式",
            "Manifest 随附清单",
            "Every days 几天一送",
            "Fresh days 几天内有效",
        ),
        map(_overview_row, contracts),
    )


def _overview_row(c: Contract) -> tuple[str, ...]:
    days = (str(c.every_days or ""), str(c.fresh_days))
    return (c.feed, c.title, c.agency, c.file_format, c.encoding, c.delivery, c.manifest, *days)


def _contract(contract: Contract) -> str:
    columns = _grid(
        (
            "Column 列",
            "Header 表头",
            "Type 类型",
            "Must 必填",
            "Codes 代码表",
            "Sensitivity 敏感程度",
            "Kept as 保存类别",
            "What 说明",
        ),
        (_column_row(column) for column in contract.columns),
    )
    return "\n".join([f"### `{contract.feed}` {contract.title}\n", *_notes(contract), columns])


def _notes(contract: Contract) -> list[str]:
    constants = ", ".join(f"`{name}` = {value or 'empty'}" for name, value in contract.constants.items())
    ignored = ", ".join(f"`{header}`" for header in contract.ignored_headers)
    notes = {
        "用途 Purpose": contract.purpose,
        "停止报送 Ended on": contract.retired_on,
        "固定取值 Always": constants,
        "不采用、不保存的列 Left behind, never stored": ignored,
        "合计行 Trailer row": contract.trailer,
    }
    return [f"{title}: {text}.\n" for title, text in notes.items() if text]


def _column_row(column: Column) -> tuple[str, ...]:
    return (
        f"`{column.name}`",
        f"`{column.header}`",
        f"{column.type} {column.format}".strip(),
        "key" if column.key else "yes" if column.required else "",
        f"[{column.codes}](#{column.codes})" if column.codes else "",
        column.sensitivity,
        column.retention,
        column.description,
    )


def _table(table: Table) -> str:
    lifetime = "Append-only." if table.append_only else "A projection, made anew by every run."
    key = ", ".join(f"`{name}`" for name in table.key)
    fields = ((f"`{f.name}`", f.kind, "may be empty" if f.nullable else "", f.description) for f in table.fields)
    row = f"One row: {table.grain}. Key: {key}. Kept as {table.retention}. {lifetime}"
    columns = _grid(("Column 列", "Type 类型", "", "What 说明（英文）"), fields)
    return f"### `{table.name}` {table.title}\n\n{row}\n\n{columns}"


def _enumeration(kind: type[codes.Code]) -> str:
    rows = ((f"`{member.value}`" if member.value else "empty", member.label, member.sentence) for member in kind)
    return f"### {kind.__name__}\n\n{_grid(('Code 代码', '名称 Label', '说明 Meaning'), rows)}"


def _code_table(name: str, code_tables: CodeTables) -> str:
    labels, retired = code_tables.labels(name), code_tables.retired(name)
    raw: dict[str, list[str]] = {}
    for code, canonical in code_tables.canonical(name).items():
        raw.setdefault(canonical, []).append(code)
    rows = (
        (f"`{canonical}`", labels[canonical] + ("(旧)" if canonical in retired else ""), " ".join(raw[canonical]))
        for canonical in code_tables.names(name)
    )
    return f"### {name}\n\n{_grid(('Stored 存为', '名称 Label', 'As sent 报送时的写法'), rows)}"


def _grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = tuple(heads)
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def main(arguments: list[str]) -> str | None:
    """None, or the fault: `sys.exit` prints a text and exits with 1."""
    text = dictionary(read_contracts([SCHEMAS / "contracts"]).values(), read_code_tables())
    if "--check" not in arguments:
        DICTIONARY.write_text(text, encoding="utf-8")
        return None
    if DICTIONARY.exists() and DICTIONARY.read_text(encoding="utf-8") == text:
        return None
    return "schemas/DICTIONARY.md is stale: run python -m schemas.emit.to_markdown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
