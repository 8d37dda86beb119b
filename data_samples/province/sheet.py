"""A workbook as the smallest parts a spreadsheet opens: one sheet, every cell the text that was meant."""

from typing import Final

import polars as pl

NUMERIC: Final = "\U0010fff4"  # in front of digits: a number cell, as a spreadsheet makes of an identity number
FORMULA: Final = "\U0010fff5"  # in front of anything: a cell that is computed
RAGGED: Final = "\U0010fff0"  # instead of a value: two cells where one belongs
SHEET_NAME: Final = "xl/worksheets/sheet1.xml"
START: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>\n'
)
END: Final = "</sheetData></worksheet>"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SCHEMAS: Final = "http://schemas.openxmlformats.org"
PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET_NAME}" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_SCHEMAS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SCHEMAS}/spreadsheetml/2006/main" '
    f'xmlns:r="{_SCHEMAS}/officeDocument/2006/relationships">'
    '<sheets><sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship '
    f'Id="rId1" Type="{_SCHEMAS}/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def sheet_rows(lines: pl.DataFrame) -> str:
    """One `<row>` a line; an absent value is an empty cell."""
    if lines.height == 0:
        return ""
    cells = lines.select(pl.concat_str([_cell(name) for name in lines.columns])).to_series()
    return "".join(f"<row>{row}</row>\n" for row in cells)


def _cell(column: str) -> pl.Expr:
    """XML 1.0 reads a carriage return as a line feed unless it is written as a reference."""
    text = pl.col(column)
    escaped = text.str.replace_many(["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "&#13;"])
    plain = pl.lit('<c t="inlineStr"><is><t xml:space="preserve">') + escaped + pl.lit("</t></is></c>")
    number = pl.lit("<c><v>") + text.str.strip_prefix(NUMERIC) + pl.lit("</v></c>")
    formula = pl.lit("<c><f>") + text.str.strip_prefix(FORMULA) + pl.lit("</f></c>")
    two = pl.lit('<c t="inlineStr"><is><t>多</t></is></c><c t="inlineStr"><is><t>余</t></is></c>')
    return (
        pl.when(text.is_null()).then(pl.lit("<c/>"))
        .when(text.str.starts_with(NUMERIC)).then(number)
        .when(text.str.starts_with(FORMULA)).then(formula)
        .when(text == RAGGED).then(two)
        .otherwise(plain)
    )  # fmt: skip
