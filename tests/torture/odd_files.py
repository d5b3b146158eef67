"""Writes odd files of calls in four formats, and knows where each of their rows must end."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell

from torture.odd_calls import (
    COLUMNS,
    FREE_TEXTS,
    REQUIRED,
    WIDE_TEXTS,
    Call,
    Fates,
    draw_call,
    local_time,
)


@dataclass(frozen=True)
class OddFile:
    """A file's name, bytes and options for source.yml, and where its rows must end."""

    name: str
    content: bytes
    options: dict[str, Any]
    fates: Fates


def odd_file(random: Random, number: int) -> OddFile:
    """Draw a file of a random format, whose keys begin with its number."""
    write: Callable[[Random, int], OddFile] = random.choice(
        (odd_csv, odd_csv, odd_csv, odd_jsonl, odd_xlsx, odd_parquet)
    )
    return write(random, number)


# CSV: each record is drawn as the line or lines that it takes, cut from each other by any line end.


@dataclass(frozen=True)
class _Dialect:
    delim: str
    quote: str
    encoding: str
    line_ends: tuple[str, ...]
    header: tuple[str, ...]

    def field(self, random: Random, text: str) -> str:
        """Write a field as any exporter may: quoted where it must be, or where it likes."""
        special = (self.delim, self.quote, "\n", "\r", "\ufeff")
        if any(mark in text for mark in special) or random.random() < 0.2:
            return self.quote + text.replace(self.quote, self.quote * 2) + self.quote
        return text

    def record(self, random: Random, call: Call) -> list[str]:
        extra = random.choice(("", "x", "a b"))
        texts = [call.cells.get(column.lower(), extra) for column in self.header]
        return [self.field(random, text) for text in texts]


def odd_csv(random: Random, number: int) -> OddFile:
    """Draw a CSV file: any dialect, encoding and line ends, with rows broken in every way."""
    encoding = random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"))
    header = [*COLUMNS, *random.choices(("Extra", "_row", "note"), k=random.randrange(3))]
    random.shuffle(header)
    dialect = _Dialect(
        delim=random.choice(",;\t|"),
        quote=random.choice('""\''),
        encoding=encoding,
        line_ends=random.choice(
            (("\n",), ("\r\n",), ("\r",), ("\n", "\r\n"), ("\n", "\r", "\r\n"))
        ),
        header=tuple(random.choice((name, name.upper(), name.title())) for name in header),
    )
    texts = _encodable((*FREE_TEXTS, *WIDE_TEXTS), encoding)
    fates = Fates()
    has_oddities = random.random() < 0.8
    pieces = [_line(random, dialect, dialect.delim.join(dialect.header))]
    for _ in range(random.randrange(12)):
        call = draw_call(random, f"{number}k", texts)
        oddity = random.choice(_ODDITIES) if has_oddities and random.random() < 0.4 else _whole
        pieces += oddity(random, dialect, call, fates)
    if random.random() < 0.15:
        pieces += _unclosed_to_the_end(random, dialect, texts, fates, number)
    content = b"".join(pieces)
    if random.random() < 0.2:
        content = content.rstrip(b"\r\n") if encoding != "utf-16" else content
    if encoding in ("utf-8-sig", "utf-16"):
        content = (b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b"\xff\xfe") + content
    options: dict[str, Any] = {"delim": dialect.delim, "quote": dialect.quote}
    if encoding not in ("utf-8", "utf-8-sig"):
        options["encoding"] = encoding
    if random.random() < 0.15:
        return OddFile(f"{number}.csv.gz", gzip.compress(content), options, fates)
    return OddFile(f"{number}.csv", content, options, fates)


def _encodable(texts: tuple[str, ...], encoding: str) -> list[str]:
    name = "utf-16-le" if encoding == "utf-16" else encoding
    return [text for text in texts if text == text.encode(name, "ignore").decode(name)]


def _line(random: Random, dialect: _Dialect, text: str) -> bytes:
    name = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(dialect.encoding, dialect.encoding)
    return (text + random.choice(dialect.line_ends)).encode(name)


_Oddity = Callable[[Random, _Dialect, Call, Fates], list[bytes]]


def _whole(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    fates.calls.append(call)
    return [_line(random, dialect, dialect.delim.join(dialect.record(random, call)))]


def _blank(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    del call, fates
    blank = "" if dialect.delim == "\t" else random.choice(("", " ", "\t ", "  "))
    return [_line(random, dialect, blank)]


def _ragged(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    fields = dialect.record(random, call)
    match random.randrange(3):
        case 0:
            fields = fields[: random.randrange(1, len(fields))]
            if not "".join(fields).strip():
                fields[0] = "x"
        case 1:
            fields += random.choice(([""], ["x"], ["", ""]))
        case _:
            fields = ["no record at all"]
    fates.calls.append("wrong_field_count")
    return [_line(random, dialect, dialect.delim.join(fields))]


def _empty_fields(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    del call
    fates.calls.append("missing")
    if dialect.delim == "\t":
        return [
            _line(
                random,
                dialect,
                dialect.delim.join(['""'.replace('"', dialect.quote)] * len(dialect.header)),
            )
        ]
    return [_line(random, dialect, dialect.delim * (len(dialect.header) - 1))]


def _undecodable(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    fates.calls.append("undecodable")
    bad = {
        "utf-8": (b"\xff", b"\xe9", b"\xc3", b"\xed\xa0\x80", b"\0", b"\xc0\x80"),
        "utf-8-sig": (b"\xff", b"\0"),
        "utf-16": (b"\x00\xd8", b"\x00\xdc", b"\0\0"),
        "latin-1": (b"\0",),
        "cp1252": (b"\0", b"\x81", b"\x9d"),
    }[dialect.encoding]
    line = _line(random, dialect, dialect.delim.join(dialect.record(random, call)))
    call_line = line.split(call.cells["ended_at"].encode(_codec(dialect)))
    if len(call_line) != 2:
        return [line[:0], *_as_undecodable_line(random, dialect, random.choice(bad))]
    return [call_line[0], random.choice(bad), b"".join(call_line[1:])]


def _as_undecodable_line(random: Random, dialect: _Dialect, bad: bytes) -> list[bytes]:
    return ["x".encode(_codec(dialect)), bad, _line(random, dialect, "x")]


def _codec(dialect: _Dialect) -> str:
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(dialect.encoding, dialect.encoding)


def _text_after_quote(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    """A quoted field that goes on after its quote, on one line."""
    fates.calls.append("broken_quote")
    fields = ["plain"] * len(dialect.header)
    fields[random.randrange(len(fields))] = f"{dialect.quote}quoted{dialect.quote}and on"
    del call
    return [_line(random, dialect, dialect.delim.join(fields))]


def _quote_within(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    """A quote within a field that is not quoted is one of its characters: 5" pipe."""
    text = f"5{dialect.quote} pipe"
    number = list(COLUMNS).index("caller_number")
    values = (*call.values[:number], text, *call.values[number + 1 :])
    call = Call(call.cells | {"caller_number": text}, values, call.code)  # type: ignore[arg-type]
    fates.calls.append(call)
    fields = [
        text
        if name.lower() == "caller_number"
        else dialect.field(random, call.cells.get(name.lower(), "x"))
        for name in dialect.header
    ]
    if any("\n" in field or "\r" in field for field in fields):
        fates.calls.pop()
        return []
    return [_line(random, dialect, dialect.delim.join(fields))]


def _swallowing(random: Random, dialect: _Dialect, call: Call, fates: Fates) -> list[bytes]:
    """A quote that opens and swallows lines, until one whose quoted field makes it plain."""
    del call
    plain = dialect.delim.join(["p"] * len(dialect.header))
    opening = dialect.delim.join([f"{dialect.quote}open", *["p"] * (len(dialect.header) - 1)])
    closing = dialect.delim.join(
        [
            *["p"] * (len(dialect.header) - 1),
            random.choice(
                (
                    f"{dialect.quote}q{dialect.quote}",
                    f"{dialect.quote}{dialect.delim}q{dialect.quote}",
                )
            ),
        ]
    )
    lines = [opening, *[plain] * random.randrange(3), closing]
    fates.calls += ["broken_quote"] * len(lines)
    return [_line(random, dialect, line) for line in lines]


_ODDITIES: tuple[_Oddity, ...] = (
    *(_blank, _ragged, _ragged, _empty_fields, _undecodable, _undecodable),
    *(_text_after_quote, _quote_within, _swallowing),
)


def _unclosed_to_the_end(
    random: Random, dialect: _Dialect, texts: list[str], fates: Fates, number: int
) -> list[bytes]:
    """A quote that nothing closes: every line after it is one that it swallowed."""
    lines = []
    for place in range(random.randrange(1, 5)):
        fields = ["p"] * len(dialect.header)
        if place == 0:
            fields[random.randrange(len(fields))] = f"{dialect.quote}open"
        lines.append(_line(random, dialect, dialect.delim.join(fields)))
        fates.calls.append("broken_quote")
    del texts, number
    return lines


# JSON Lines


def odd_jsonl(random: Random, number: int) -> OddFile:
    """Draw JSON Lines: keys in any order or missing, numbers or texts, lines that are none."""
    fates, lines = Fates(), []
    told: set[str] = set()
    is_numeric = random.random() < 0.3
    for _ in range(random.randrange(1, 12)):
        if random.random() < 0.3:
            line, code = random.choice(_BAD_LINES)
            lines.append(line)
            fates.calls += [code] * (code != "")
            continue
        call = draw_call(
            random, str(10**24 + number) if is_numeric else f"{number}k", (*FREE_TEXTS, *WIDE_TEXTS)
        )
        cells: dict[str, Any] = dict(call.cells)
        if is_numeric and call.code is None:
            cells["call_id"] = int(cells["call_id"])
        if call.code is None and call.values[5] is not None and random.random() < 0.5:
            cells["hold_seconds"] = call.values[5]
        for name in list(cells):
            if cells[name] == "" and random.random() < 0.5:
                cells[name] = None
            elif cells[name] == "":
                cells.pop(name)
        cells |= random.choice(({}, {"extra": {"a": [1, 2]}}, {"extra": "x"}))
        names = list(cells)
        random.shuffle(names)
        told.update(names)
        text = json.dumps({name: cells[name] for name in names}, ensure_ascii=random.random() < 0.5)
        lines.append(text.encode())
        fates.calls.append(call)
    if not told.issuperset(REQUIRED):  # a file without such a column is refused as a whole
        return odd_jsonl(random, number)
    content = b"".join(line + random.choice((b"\n", b"\r\n")) for line in lines)
    name = f"{number}.jsonl"
    if random.random() < 0.2:
        return OddFile(name + ".gz", gzip.compress(content), {}, fates)
    return OddFile(name, content, {}, fates)


_NO_LINES = (b"", b"  ", b"\t")
_NO_OBJECTS = (
    *(b"not json", b'{"call_id": "1"', b'["no object"]', b"17", b"null", b'"text"', b"{'id': 1}"),
    *(b'{"id": "1"} {"id": "2"}', b'{"id": NaN}', b'{"id": "1",}', b'{"a": "\\ud800"}'),
)
_NO_TEXTS = (b'{"call_id": "\xff"}', b'{"call_id": "a\0b"}', b"\xc3(")
_BAD_LINES = (
    *((line, "") for line in _NO_LINES),
    *((line, "not_json") for line in _NO_OBJECTS),
    *((line, "undecodable") for line in _NO_TEXTS),
    (b"{}", "missing"),
)


# xlsx


def odd_xlsx(random: Random, number: int) -> OddFile:
    """Draw a workbook: dates and numbers as such or as text, empty rows, rows beyond the header."""
    fates = Fates()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    header = list(COLUMNS)
    random.shuffle(header)
    sheet.append(header)
    texts = [text for text in FREE_TEXTS if "\r" not in text]
    for _ in range(random.randrange(12)):
        kind = random.random()
        if kind < 0.1:
            sheet.append([])
            continue
        call = draw_call(random, f"{number}k", texts)
        row = [_cell(sheet, random, call, name) for name in header]
        if kind < 0.2:
            row += [None, _text_cell(sheet, "beyond")]
            fates.calls.append("wrong_field_count")
        elif any(cell is not None and cell.value != "" for cell in row):
            fates.calls.append(call)
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return OddFile(f"{number}.xlsx", out.getvalue(), {}, fates)


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value="x")
    cell.value, cell.data_type = text, "s"
    return cell


def _cell(sheet: Any, random: Random, call: Call, name: str) -> Any:
    text = call.cells[name]
    value = call.values[COLUMNS.index(name)]
    if text == "" and random.random() < 0.5:
        return None
    if call.code is None and random.random() < 0.5:
        if isinstance(value, datetime) and name == "started_at" and not value.microsecond:
            local = local_time(value)
            if local != datetime(2024, 10, 27, 2, 0):
                return WriteOnlyCell(sheet, value=local)
        if isinstance(value, int):
            return WriteOnlyCell(sheet, value=random.choice((value, float(value))))
    return _text_cell(sheet, text)


# Parquet


def odd_parquet(random: Random, number: int) -> OddFile:
    """Draw a Parquet file: each column typed or text, nulls, numbers that are no whole ones."""
    fates = Fates()
    is_typed = random.random() < 0.6
    calls = [
        draw_call(random, f"{number}k", (*FREE_TEXTS, *WIDE_TEXTS))
        for _ in range(random.randrange(12))
    ]
    columns: dict[str, Any] = {
        name: [call.cells[name] or None for call in calls] for name in COLUMNS
    }
    if is_typed:
        calls = [call for call in calls if call.code is None]
        columns = {name: [call.cells[name] or None for call in calls] for name in COLUMNS}
        instants = [call.values[3] for call in calls]
        columns["started_at"] = pa.array(
            [value and value.replace(tzinfo=UTC) for value in instants],
            pa.timestamp(
                random.choice(("us", "ns")), tz=random.choice(("UTC", "Europe/Paris", "+05:00"))
            ),
        )
        holds = [call.values[5] for call in calls]
        columns["hold_seconds"] = pa.array(
            holds, random.choice((pa.int16(), pa.int64(), pa.float64(), pa.decimal128(9, 2)))
        )
        columns["direction"] = pa.array(columns["direction"], pa.string()).dictionary_encode()
        if random.random() < 0.3 and calls:
            fates.calls += calls
            place = random.randrange(len(calls))
            bad = [
                *holds[:place],
                random.choice((1.5, float("nan"), float("inf"))),
                *holds[place + 1 :],
            ]
            columns["hold_seconds"] = pa.array(bad, pa.float64())
            fates.calls[place] = Call(calls[place].cells, calls[place].values, "not_an_integer")
    fates.calls = fates.calls or list(calls)
    names = list(columns)
    random.shuffle(names)
    table = pa.table(
        {
            name: columns[name]
            if not isinstance(columns[name], list)
            else pa.array(columns[name], pa.string())
            for name in names
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=random.choice((2, 100)))
    return OddFile(f"{number}.parquet", out.getvalue(), {}, fates)
