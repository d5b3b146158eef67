"""Tables for people: as wide as the terminal, whole and without colours elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from service_kpis.command import ANY_WIDTH, Session

NOTHING = "–"
GOOD, ODD, BAD, FAINT, HEAD = "green", "yellow", "red", "dim", "bold"


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand right-aligned and unbroken."""

    name: str
    is_number: bool = False
    may_go: bool = False
    """On a terminal too narrow it is left out if it tells nothing: all 0, or all the same text."""


def number(name: str, *, may_go: bool = False) -> Column:
    return Column(name, is_number=True, may_go=may_go)


def table(
    session: Session, columns: Sequence[Column | str], rows: Sequence[Sequence[str | Text]]
) -> None:
    """Print a table; with `--json` the object says what is in it."""
    told = [Column(each) if isinstance(each, str) else each for each in columns]
    drawn = _draw(told, rows)
    if _wanted_width(session.console, drawn) > session.console.width:
        kept = [
            place
            for place, column in enumerate(told)
            if not column.may_go or _tells_something(column, [str(row[place]) for row in rows])
        ]
        drawn = _draw([told[place] for place in kept], [[row[p] for p in kept] for row in rows])
    session.say(drawn)


def _tells_something(column: Column, cells: list[str]) -> bool:
    return set(cells) != {"0"} if column.is_number else len(set(cells)) > 1


def _wanted_width(console: Console, drawn: Table) -> int:
    options = console.options.update(max_width=ANY_WIDTH)
    return Measurement.get(console, options, drawn).maximum


def _draw(columns: Sequence[Column], rows: Sequence[Sequence[str | Text]]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style=HEAD)
    for column in columns:
        drawn.add_column(
            column.name,
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
            overflow="fold",
        )
    for row in rows:
        drawn.add_row(*row)
    return drawn


def cell(value: Any) -> str:
    """Write a value of a table: numbers in threes, nothing as a dash, no control character."""
    if value is None:
        return NOTHING
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    # A value of the data must not steer the terminal that shows it.
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode()
        for each in str(value)
    )


def spreadsheet_safe(value: Any) -> Any:
    """Put a quote before what a spreadsheet would run, as it does itself before a text.

    row_json of rejects, from which a row is mended, always begins with a brace and stays as it is.
    """
    if not isinstance(value, str) or not re.match(r"\s*[=+\-@\t\r]", value):
        return value
    return value if re.fullmatch(r"[+-]?\d+([.,]\d+)?", value) else f"'{value}"


def duration(seconds: float) -> str:
    """Write how long something took: 0.4 s, 12 s, 2:05, 1:02:05."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(number_of_bytes: int) -> str:
    """Write a file's size: 640 kB, 104 MB."""
    kilobytes = -(-number_of_bytes // 1000)
    return f"{kilobytes:,} kB" if kilobytes < 1000 else f"{round(kilobytes / 1000):,} MB"


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number of things: 1 row, 1,200 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
