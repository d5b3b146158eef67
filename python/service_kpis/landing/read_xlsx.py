"""Read a sheet of xlsx into a temporary table, every data row under its number.

Excel keeps a date as a number and says so by the style of each cell. Readers that type a column by
its first row take the dates below an empty cell (a call that nobody answered) for numbers, so cells
are read one by one from the sheet's XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree import ElementTree

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.files import BATCH, BadRow, RawFile, unique_names
from service_kpis.landing.options import Options
from service_kpis.landing.sql import batch, identifier

_DATE_PARTS, _TIME_PARTS = re.compile(r"[yd]"), re.compile(r"[hs]")
_NO_PARTS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general|am/pm', re.I)
# Formats that every Excel knows by number alone (ECMA-376, 18.8.30).
_BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
}
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+):\$?([A-Za-z]{1,3})\$?(\d+)")
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576
_WHOLE = 2**53


@dataclass(frozen=True)
class _Book:
    """What the cells of a sheet refer to."""

    texts: list[str]
    formats: list[str]
    epoch: datetime


@dataclass(frozen=True)
class _Area:
    """Columns from 0 and rows from 1, both ends in it."""

    first_column: int = 0
    first_row: int = 1
    last_column: int = _LAST_COLUMN
    last_row: int = _LAST_ROW


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, options: Options, table: str
) -> RawFile:
    """Make temporary `table` (the sheet's columns as text, `_row`); raises InputError.

    The first filled row is the header. Dates and times become ISO text, empty rows are no data
    rows, and a cell beyond the header refuses its row.
    """
    area = _area(options.range, shown)
    bad_rows: list[BadRow] = []
    try:
        with zipfile.ZipFile(aside) as archive:
            parts = _sheets(archive)
            sheet = options.sheet or next(iter(parts))
            if sheet not in parts:
                raise InputError(f"{shown} has no such sheet. It has {', '.join(parts)}.")
            book = _book(archive)
            with archive.open(parts[sheet]) as xml:
                rows = _filled_rows(xml, book, area)
                header = next(rows, None)
                if header is None:
                    raise InputError(f"{shown} is empty: the sheet or range has no header.")
                names = unique_names([header.get(place, "") for place in range(max(header) + 1)])
                columns = ", ".join(f"{identifier(name)} varchar" for name in names)
                connection.execute(
                    f"create or replace temp table {identifier(table)} ({columns}, _row bigint)"
                )
                good_rows = _good_rows(rows, len(names), bad_rows)
                while some := list(islice(good_rows, BATCH)):
                    _insert(connection, some, len(names), table)
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        IndexError,
        StopIteration,
        ValueError,
        OverflowError,
        NotImplementedError,
        EOFError,
        RuntimeError,
    ):
        raise InputError(f"{shown} is not a readable xlsx file.") from None
    return RawFile(names, tuple(bad_rows))


def _area(text: str | None, shown: str) -> _Area:
    if text is None:
        return _Area()
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{shown}: option range must be such as A3:F900.")
    return _Area(_place(found[1]), int(found[2]), _place(found[3]), int(found[4]))


def _place(letters: str) -> int:
    """Give the number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _tag(element: ElementTree.Element) -> str:
    """Give an element's name without its namespace: strict and transitional files differ there."""
    return str(element.tag).rpartition("}")[2]


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next(value for key, value in element.items() if key.rpartition("}")[2] == name)


def _parsed(archive: zipfile.ZipFile, part: str) -> list[ElementTree.Element]:
    """Give every element of a part, in order; none where it is left out."""
    if part not in archive.namelist():
        return []
    with archive.open(part) as xml:
        return list(ElementTree.parse(xml).iter())  # noqa: S314 - expat bounds expansion


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each sheet by its name, in the book's order."""
    targets = {
        _attribute(one, "Id"): _attribute(one, "Target")
        for one in _parsed(archive, "xl/_rels/workbook.xml.rels")
        if _tag(one) == "Relationship"
    }
    return {
        _attribute(one, "name"): _part(targets[_attribute(one, "id")])
        for one in _parsed(archive, "xl/workbook.xml")
        if _tag(one) == "sheet"
    }


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _book(archive: zipfile.ZipFile) -> _Book:
    texts = [
        _rich_text(one) for one in _parsed(archive, "xl/sharedStrings.xml") if _tag(one) == "si"
    ]
    codes = dict(_BUILT_IN)
    formats: list[str] = []
    for one in _parsed(archive, "xl/styles.xml"):
        if _tag(one) == "numFmt":
            codes[int(one.attrib["numFmtId"])] = one.attrib["formatCode"]
        elif _tag(one) == "cellXfs":
            formats = [codes.get(int(style.attrib.get("numFmtId", 0)), "") for style in one]
    has_1904 = any(
        _tag(one) == "workbookPr" and one.attrib.get("date1904") in ("1", "true")
        for one in _parsed(archive, "xl/workbook.xml")
    )
    plain = [_NO_PARTS.sub("", code.split(";")[0]).lower() for code in formats]
    return _Book(texts, plain, datetime(1904, 1, 1) if has_1904 else datetime(1899, 12, 30))


def _rich_text(element: ElementTree.Element) -> str:
    """Join the runs of a text, phonetic guides left out."""
    runs = [
        child for child in element for child in ([child] if _tag(child) == "t" else _runs(child))
    ]
    return "".join(run.text or "" for run in runs)


def _runs(child: ElementTree.Element) -> list[ElementTree.Element]:
    return [run for run in child if _tag(run) == "t"] if _tag(child) == "r" else []


def _filled_rows(xml: IO[bytes], book: _Book, area: _Area) -> Iterator[dict[int, str]]:
    """Give the filled cells of each row of the area that has one, by place in the area."""
    number = 0
    for _, element in ElementTree.iterparse(xml):  # noqa: S314 - expat bounds expansion
        if _tag(element) != "row":
            continue
        number = int(element.attrib.get("r", number + 1))
        cells: dict[int, str] = {}
        place = -1
        for cell in element:
            letters = cell.attrib.get("r", "").rstrip("0123456789")
            place = _place(letters) if letters else place + 1
            if area.first_column <= place <= area.last_column and (text := _text(cell, book)):
                cells[place - area.first_column] = text
        element.clear()
        if cells and area.first_row <= number <= area.last_row:
            yield cells


def _text(cell: ElementTree.Element, book: _Book) -> str:
    """Give a cell as text: numbers shortest, dates and times in ISO 8601, booleans as words."""
    children = {_tag(child): child for child in cell}
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        return _rich_text(children["is"]) if "is" in children else ""
    value = (children["v"].text or "") if "v" in children else ""
    match kind:
        case _ if not value:
            return ""
        case "s":
            return book.texts[int(value)]
        case "b":
            return "true" if value == "1" else "false"
        case "n":
            style = int(cell.attrib.get("s", 0))
            code = book.formats[style] if style < len(book.formats) else ""
            return _number(float(value), code, book.epoch)
        case _:
            return value


def _number(number: float, code: str, epoch: datetime) -> str:
    """Say a number by its format: as a date, a time of day, a duration, or as it is."""
    has_date, has_time = bool(_DATE_PARTS.search(code)), bool(_TIME_PARTS.search(code))
    milliseconds = timedelta(milliseconds=round(number * 86_400_000)) if code else timedelta()
    if has_date:
        moment = epoch + milliseconds
        is_day = not has_time and moment.time() == datetime.min.time()
        return moment.date().isoformat() if is_day else moment.isoformat(" ")
    if has_time:
        hours, rest = divmod(milliseconds, timedelta(hours=1))
        clock = (datetime.min + rest).time().isoformat()
        return f"{hours:02}{clock[2:]}"
    return str(int(number)) if number.is_integer() and abs(number) <= _WHOLE else repr(number)


def _good_rows(
    rows: Iterator[dict[int, str]], width: int, bad_rows: list[BadRow]
) -> Iterator[tuple[int, dict[int, str]]]:
    for number, cells in enumerate(rows, start=1):
        if max(cells) < width:
            yield number, cells
        else:
            text = "\t".join(cells.get(place, "") for place in range(max(cells) + 1))
            bad_rows.append(BadRow(number, "wrong_field_count", text))


def _insert(
    connection: duckdb.DuckDBPyConnection,
    rows: list[tuple[int, dict[int, str]]],
    width: int,
    table: str,
) -> None:
    texts = {f"c{place}": [cells.get(place) for _, cells in rows] for place in range(width)}
    with batch(connection, texts, {"row": [number for number, _ in rows]}):
        connection.execute(f"insert into {identifier(table)} from _landing_batch")
