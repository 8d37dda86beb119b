"""Character tables shipped with the matcher, read once; origin in README.md."""

from csv import reader
from functools import cache
from importlib.resources import files


@cache
def variants() -> dict[str, str]:
    """Traditional or variant character → standard character."""
    return {row[0]: row[1] for row in _rows("variants.csv")}


@cache
def private_use() -> dict[str, str]:
    """Private-use character left by an old GB18030 or GBK table → its Unicode character."""
    return {chr(int(private, 16)): chr(int(standard, 16)) for private, standard, _ in _rows("private_use.csv")}


def _rows(name: str) -> list[list[str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(reader(text.splitlines()))[1:]
