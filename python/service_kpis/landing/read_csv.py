"""Read CSV into a temporary table, every data row under its number or refused under it.

DuckDB reads a file in which nothing is odd: that is known by looking at its bytes and counting
its records apart. Any other file goes through Python's tokeniser, record by record. Both give the
same rows.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np

from service_kpis.errors import InputError
from service_kpis.landing.batch import batch
from service_kpis.landing.csv_records import Layout, csv_reader, cut_records, oddity
from service_kpis.landing.files import (
    BadRow,
    RawFile,
    batches,
    open_bytes,
    text_stream,
    unique_names,
)
from service_kpis.landing.numbered import hold_rows, number_rows
from service_kpis.landing.options import Options
from service_kpis.sql import identifier, literal, scalar

_CHUNK = 1 << 22
_NEWLINE, _RETURN = 10, 13
_BLANKS = b" \t\xc2\xa0"
"""Bytes that may be one, or part of one: U+00A0 is C2 A0."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class _CsvFile:
    aside: Path
    shown: str
    encoding: str
    layout: Layout


def read_csv(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, options: Options, table: str
) -> RawFile:
    """Make temporary view `table` (the file's columns as text, `_row`) from a CSV file.

    Raises InputError where the file is empty, undecodable as a whole, or has too few names.
    """
    file = _CsvFile(aside, shown, options.encoding, layout_of(aside, shown, options))
    counted = _read_by_duckdb(connection, file, table)
    if counted is not None:
        return RawFile(
            file.layout.columns, read=counted.records, is_trimmed=not counted.has_outer_blanks
        )
    bad_rows, read = _read_by_python(connection, file, table)
    return RawFile(file.layout.columns, bad_rows, read)


def layout_of(aside: Path, shown: str, options: Options) -> Layout:
    """Find how a CSV file is cut, from its options and first lines; raises InputError."""
    with open_bytes(aside, shown) as binary:
        stream = text_stream(binary, options.encoding, _lenient(options.encoding))
        try:
            skipped = sum(1 for _ in islice(stream, options.skip))
            lines: list[str] = []
            delim = options.delim
            for line in stream:
                lines.append(line)
                if line.strip():
                    break
            if not lines or not lines[-1].strip():
                if options.has_header or not options.names:
                    raise InputError(f"{shown} is empty: it has no header.")
                lines.append("")
            delim = delim or _guess_delim(lines[-1], options.quote)
            rest = iter([lines[-1], *islice(stream, 1000)])
            first = next(csv_reader(rest, delim, options.quote, options.escape), [])
        except UnicodeError:
            raise InputError(_undecodable(shown, options.encoding)) from None
        except csv.Error:
            raise InputError(f"{shown}: its first line has a quote that is not closed.") from None
    header_lines = len(lines) + sum(len(_LINE_END.findall(field)) for field in first)
    names = list(options.names or (first if options.has_header else _numbered(len(first))))
    if any(oddity(name, names, len(names)) for name in names):
        raise InputError(_undecodable(shown, options.encoding))
    if options.has_header and len(names) < len(first):
        raise InputError(f"{shown} has {len(first)} columns, and names lists {len(names)}.")
    return Layout(
        lines_before_data=skipped + (header_lines if options.has_header else 0),
        delim=delim,
        columns=unique_names(names),
        quote=options.quote,
        escape=options.escape,
        nulls=("", *options.nulls),
    )


def _numbered(count: int) -> list[str]:
    return [f"column{position}" for position in range(count)]


def _guess_delim(line: str, quote: str) -> str:
    """Take the mark that the header holds most often, outside quotes."""
    outside = "".join(line.split(quote)[::2]) if quote else line
    counts = Counter({mark: outside.count(mark) for mark in ",;\t|"})
    return counts.most_common(1)[0][0]


def _lenient(encoding: str) -> str:
    """Keep undecodable bytes as lone surrogates, so that they refuse their row and no other."""
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def _undecodable(shown: str, encoding: str) -> str:
    return f"{shown} is not text in {encoding}. Give its encoding in options, such as latin-1."


def _read_by_duckdb(
    connection: duckdb.DuckDBPyConnection, file: _CsvFile, table: str
) -> _RecordCounter | None:
    """Read a file in which nothing is odd, and count its records; None where anything is."""
    layout = file.layout
    if not layout.is_common:
        return None
    body = file.aside.with_name("body.csv")
    counted = _write_body(file, body)
    if counted is None:
        return None
    columns = {f"c{position}": "VARCHAR" for position in range(len(layout.columns))}
    spec = ", ".join(f"{name}: {literal(kind)}" for name, kind in columns.items())
    try:
        number_rows(
            connection,
            table,
            layout.columns,
            f"""
            from read_csv(
                ?, auto_detect = false, header = false, strict_mode = true, null_padding = false,
                delim = {literal(layout.delim)}, quote = {literal(layout.quote)},
                escape = {literal(layout.quote)}, columns = {{{spec}}},
                nullstr = [{", ".join(literal(null) for null in layout.nulls)}]
            )
            """,
            [str(body)],
        )
    except duckdb.Error:
        return None
    finally:
        body.unlink()
    arrived = scalar(connection, f"select count(*) from {identifier(table)}")
    return counted if arrived == counted.records else None


def _write_body(file: _CsvFile, body: Path) -> _RecordCounter | None:
    """Write the data rows alone as UTF-8 and count them; None where a byte is odd."""
    layout = file.layout
    with open_bytes(file.aside, file.shown) as binary, body.open("wb") as out:
        quote = ord(layout.quote) if layout.quote else -1
        counter = _RecordCounter(ord(layout.delim), quote, len(layout.columns))
        try:
            for chunk in _data_chunks(binary, file):
                if not counter.count(chunk):
                    return None
                out.write(chunk)
        except UnicodeError:
            return None
    return None if counter.is_inside else counter


def _data_chunks(binary: BinaryIO, file: _CsvFile) -> Iterator[bytes]:
    """Give what stands after the header as UTF-8, in chunks that end at a line's end."""
    if file.encoding != "utf-8":
        stream = text_stream(binary, file.encoding, "strict")
        for _ in range(file.layout.lines_before_data):
            stream.readline()
        while text := stream.read(_CHUNK) + stream.readline():
            yield text.encode("utf-8")
        return
    for _ in range(file.layout.lines_before_data):
        line = binary.readline()
        if b"\r" in line.removesuffix(b"\r\n"):
            raise UnicodeError("lines end in carriage returns")
    mark = b"" if file.layout.lines_before_data else codecs.BOM_UTF8
    while chunk := (binary.read(_CHUNK) + binary.readline()).removeprefix(mark):
        mark = b""
        if not chunk.isascii():
            chunk.decode("utf-8")
        yield chunk


class _RecordCounter:
    """Counts records by their bytes, over chunks that end at a line's end.

    `has_outer_blanks` tells whether any field may begin or end with a blank.
    """

    def __init__(self, delim: int, quote: int, width: int) -> None:
        self.delim, self.quote, self.width = delim, quote, width
        self.delims_of_open_line = 0
        self.is_inside = False
        self.records = 0
        self.has_open_line = False
        self.has_outer_blanks = False
        self.is_blank = np.zeros(256, dtype=np.bool_)
        self.is_blank[[*_BLANKS]] = True
        self.is_blank[delim] = False

    def count(self, chunk: bytes) -> bool:
        """Count a chunk's records; False where it holds what DuckDB and Python may cut apart."""
        if b"\0" in chunk:
            return False
        data = np.frombuffer(chunk, dtype=np.uint8)
        ends = np.flatnonzero(data == _NEWLINE)
        delims = np.flatnonzero(data == self.delim)
        has_returns = b"\r" in chunk
        if has_returns and chunk.count(b"\r") != chunk.count(b"\r\n"):
            return False
        if self.is_inside or (self.quote >= 0 and bytes((self.quote,)) in chunk):
            quotes = data == self.quote
            # The parity of the quotes so far; bytes may run over, their last bit stays right.
            inside = (np.cumsum(quotes, dtype=np.uint8) + self.is_inside) % 2 == 1
            if not self._has_plain_quotes(data, quotes, inside):
                return False
            ends, delims = ends[~inside[ends]], delims[~inside[delims]]
            self.is_inside = bool(inside[-1])
            self.has_outer_blanks = True
        self.has_outer_blanks = self.has_outer_blanks or self._touch_blanks(data, ends, delims)
        starts = np.append(0, ends[:-1] + 1) if len(ends) else ends
        lengths = ends - starts
        if has_returns:
            lengths = lengths - (data[np.maximum(ends - 1, 0)] == _RETURN)
        filled = lengths > 0
        if len(filled) and self.has_open_line:
            filled[0] = True
        self.records += int(filled.sum())
        # DuckDB overlooks one empty field too many at a row's end, so fields are counted here.
        at_ends = np.searchsorted(delims, ends)
        of_lines = np.diff(at_ends, prepend=-self.delims_of_open_line)
        if (of_lines[filled] != self.width - 1).any():
            return False
        before = int(at_ends[-1]) if len(ends) else -self.delims_of_open_line
        self.delims_of_open_line = len(delims) - before
        rest = len(data) - (int(ends[-1]) + 1 if len(ends) else 0)
        self.has_open_line = rest > 0 or (self.has_open_line and not len(ends))
        if self.has_open_line and not self.is_inside:
            # Only the last line of a file ends without a line's end.
            self.records += 1
            return self.delims_of_open_line == self.width - 1
        return True

    def _touch_blanks(
        self,
        data: np.ndarray[tuple[int], np.dtype[np.uint8]],
        ends: np.ndarray[tuple[int], np.dtype[np.intp]],
        delims: np.ndarray[tuple[int], np.dtype[np.intp]],
    ) -> bool:
        """Look at the first and last byte of every field of a chunk without quotes."""
        last = len(data) - 1
        line_ends = ends - (data[np.maximum(ends - 1, 0)] == _RETURN)
        firsts = [data[:1], data[np.minimum(delims + 1, last)], data[np.minimum(ends + 1, last)]]
        lasts = [data[-1:], data[np.maximum(delims - 1, 0)], data[np.maximum(line_ends - 1, 0)]]
        return any(bool(self.is_blank[some].any()) for some in (*firsts, *lasts))

    def _has_plain_quotes(
        self,
        data: np.ndarray[tuple[int], np.dtype[np.uint8]],
        quotes: np.ndarray[tuple[int], np.dtype[np.bool_]],
        inside: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ) -> bool:
        """Quotes open a field at its start and close it at its end, or are doubled within."""
        preceding, following = np.append(_NEWLINE, data[:-1]), np.append(data[1:], _NEWLINE)
        opening, closing = quotes & inside, quotes & ~inside
        opens_well = np.isin(preceding[opening], (self.delim, _NEWLINE, self.quote)).all()
        closes_well = np.isin(following[closing], (self.delim, _NEWLINE, _RETURN, self.quote)).all()
        return bool(opens_well and closes_well)


def _read_by_python(
    connection: duckdb.DuckDBPyConnection, file: _CsvFile, table: str
) -> tuple[tuple[BadRow, ...], int]:
    layout = file.layout
    held = hold_rows(connection, table, layout.columns)
    bad_rows: list[BadRow] = []
    last_row = 0
    with open_bytes(file.aside, file.shown) as binary:
        stream = text_stream(binary, file.encoding, _lenient(file.encoding))
        try:
            for _ in range(layout.lines_before_data):
                stream.readline()
            good_rows = cut_records(stream, layout, bad_rows)
            for rows in batches(good_rows, lambda row: sum(map(len, row[1]))):
                last_row = rows[-1][0]
                _insert(connection, rows, layout, held)
        except UnicodeError:
            raise InputError(_undecodable(file.shown, file.encoding)) from None
    return tuple(bad_rows), max([last_row, *(bad.row_number for bad in bad_rows)])


def _insert(
    connection: duckdb.DuckDBPyConnection,
    rows: list[tuple[int, list[str]]],
    layout: Layout,
    held: str,
) -> None:
    nulls = frozenset(layout.nulls)
    texts = {
        f"c{position}": [None if value in nulls else value for value in values]
        for position, values in enumerate(zip(*(fields for _, fields in rows), strict=True))
    }
    with batch(connection, texts, {"row": [row for row, _ in rows]}):
        connection.execute(f"insert into {held} from _landing_batch")
