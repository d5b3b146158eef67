"""Read a sheet of xlsx into a temporary table, every data row under its number.

Excel keeps a date as a number and says so by the style of each cell. Readers that type a column by
its first row take the dates below an empty cell (a call that nobody answered) for numbers, so each
cell is told by openpyxl, which knows its style.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import duckdb
from openpyxl import load_workbook
from openpyxl.styles.numbers import is_datetime
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from service_kpis.errors import InputError
from service_kpis.landing.batch import batch
from service_kpis.landing.files import BadRow, RawFile, batches, unique_names
from service_kpis.landing.numbered import hold_rows
from service_kpis.landing.options import Options

_RANGE = re.compile(r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}:\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}")

Bounds = tuple[int | None, int | None, int | None, int | None]
"""First column, first row, last column and last row, from 1; null = no bound."""


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, options: Options, table: str
) -> RawFile:
    """Make temporary view `table` (the sheet's columns as text, `_row`); raises InputError.

    The first filled row is the header. Dates and times become ISO text, empty rows are no data
    rows, and a cell beyond the header refuses its row.
    """
    bounds = _bounds(options.range, shown)
    bad_rows: list[BadRow] = []
    try:
        with aside.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = options.sheet or book.sheetnames[0]
            if sheet not in book.sheetnames:
                raise InputError(f"{shown} has no such sheet. It has {', '.join(book.sheetnames)}.")
            rows = _filled_rows(book[sheet], bounds)
            header = next(rows, None)
            if header is None:
                raise InputError(f"{shown} is empty: the sheet or range has no header.")
            names = unique_names([header.get(place, "") for place in range(max(header) + 1)])
            held = hold_rows(connection, table, names)
            last_row = 0
            for some in batches(_good_rows(rows, len(names), bad_rows), _characters):
                last_row = some[-1][0]
                _insert(connection, some, len(names), held)
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        AttributeError,
        EOFError,
        KeyError,
        IndexError,
        NotImplementedError,
        OverflowError,
        RuntimeError,
        TypeError,
        ValueError,
    ):
        raise InputError(f"{shown} is not a readable xlsx file.") from None
    read = max([last_row, *(bad.row_number for bad in bad_rows)])
    return RawFile(names, tuple(bad_rows), read)


def _bounds(text: str | None, shown: str) -> Bounds:
    if text is None:
        return None, None, None, None
    if _RANGE.fullmatch(text.strip()) is None:
        raise InputError(f"{shown}: option range must be such as A3:F900.")
    return range_boundaries(text.strip())


def _filled_rows(sheet: Any, bounds: Bounds) -> Iterator[dict[int, str]]:
    """Give the filled cells of each row that has one, by place from the first column."""
    # What a file says of its own size is often wrong, and would cut it.
    sheet.reset_dimensions()
    first_column, first_row, last_column, last_row = bounds
    for row in sheet.iter_rows(
        min_col=first_column, min_row=first_row, max_col=last_column, max_row=last_row
    ):
        texts = {
            place: text
            for place, cell in enumerate(row)
            if cell.value is not None and (text := _text(cell))
        }
        if texts:
            yield texts


def _text(cell: Any) -> str:
    """Give a cell as text: numbers shortest, dates and times in ISO 8601, booleans as words."""
    match cell.value:
        case bool() as value:
            return str(value).lower()
        case datetime() as value:
            is_day = is_datetime(cell.number_format) == "date" and value.time() == time.min
            return value.date().isoformat() if is_day else value.isoformat(" ")
        case date() | time() as value:
            return value.isoformat()
        case timedelta() as value:
            hours, rest = divmod(value, timedelta(hours=1))
            return f"{hours:02}{(datetime.min + rest).time().isoformat()[2:]}"
        case float() as value if value.is_integer():
            return str(int(value))
        case value:
            return str(value)


def _good_rows(
    rows: Iterator[dict[int, str]], width: int, bad_rows: list[BadRow]
) -> Iterator[tuple[int, dict[int, str]]]:
    for number, cells in enumerate(rows, start=1):
        if max(cells) < width:
            yield number, cells
        else:
            text = "\t".join(cells.get(place, "") for place in range(max(cells) + 1))
            bad_rows.append(BadRow(number, "wrong_field_count", text))


def _characters(row: tuple[int, dict[int, str]]) -> int:
    return sum(map(len, row[1].values()))


def _insert(
    connection: duckdb.DuckDBPyConnection,
    rows: list[tuple[int, dict[int, str]]],
    width: int,
    held: str,
) -> None:
    texts = {f"c{place}": [cells.get(place) for _, cells in rows] for place in range(width)}
    with batch(connection, texts, {"row": [number for number, _ in rows]}):
        connection.execute(f"insert into {held} from _landing_batch")
