"""Cut the text of a CSV file into records, each under its number, good or refused."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from service_kpis.landing.files import BadRow

_LONGEST_ROW_TEXT = 1 << 16
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Layout:
    """How the file is cut: where its data begin, by what, into which columns."""

    lines_before_data: int
    delim: str
    columns: tuple[str, ...]
    quote: str
    escape: str | None
    nulls: tuple[str, ...]

    @property
    def is_common(self) -> bool:
        """A layout that DuckDB cuts as Python does."""
        return (
            len(self.columns) > 1
            and self.delim.isascii()
            and (self.quote.isascii() or not self.quote)
            and self.escape in (None, self.quote)
            and self.delim != self.quote
        )


def csv_reader(
    lines: Iterator[str], delim: str, quote: str, escape: str | None
) -> Iterator[list[str]]:
    """Read records as strictly as Python's csv does: what follows a closing quote is an error."""
    is_doubled = escape in (None, quote)
    return csv.reader(
        lines,
        delimiter=delim,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=is_doubled,
        escapechar=None if is_doubled else escape,
        strict=True,
    )


def cut_records(
    stream: io.TextIOWrapper, layout: Layout, bad_rows: list[BadRow]
) -> Iterator[tuple[int, list[str]]]:
    """Cut lines into records; yields the good ones with their numbers, collects the others."""
    lines: list[str] = []

    def remember() -> Iterator[str]:
        for line in stream:
            lines.append(line)
            yield line

    blanks = " \t\r\n".replace(layout.delim, "")
    reader = csv_reader(remember(), layout.delim, layout.quote, layout.escape)
    strict = _strict_record(layout)
    row = 0
    while True:
        lines.clear()
        fields: list[str] | None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = None
        if fields is None or (len(lines) > 1 and strict.fullmatch("".join(lines)) is None):
            # A quote that is not closed has swallowed these lines: each is refused by itself, so
            # that none is lost where the text of a row is cut.
            for line in lines:
                if line.strip(blanks):
                    row += 1
                    bad_rows.append(BadRow(row, "broken_quote", _shown(line)))
            continue
        text = "".join(lines)
        if not text.strip(blanks):
            continue
        row += 1
        if code := oddity(text, fields, len(layout.columns)):
            if len(lines) > 1 and len(text.encode("utf-8", "replace")) > _LONGEST_ROW_TEXT // 2:
                bad_rows.extend(
                    BadRow(row + offset, code, _shown(line)) for offset, line in enumerate(lines)
                )
                row += len(lines) - 1
            else:
                bad_rows.append(BadRow(row, code, _shown(text)))
        else:
            yield row, fields


def _strict_record(layout: Layout) -> re.Pattern[str]:
    """Match a record whose every quote opens, closes or is escaped within a field.

    A quote in the middle of a bare field is a character of it (5" pipe). Where a record goes over
    several lines it is the trace of one that was not closed before.
    """
    quote, delim = re.escape(layout.quote), re.escape(layout.delim)
    if layout.escape is None or layout.escape == layout.quote:
        plain = rf"[^{quote}]*+"
        quoted = rf"{quote}{plain}(?:{quote}{quote}{plain})*+{quote}"
        bare = rf"[^{quote}{delim}\r\n]*+"
    else:
        escape = re.escape(layout.escape)
        quoted = rf"{quote}(?:[^{quote}{escape}]|{escape}.)*+{quote}"
        bare = rf"(?:[^{quote}{delim}{escape}\r\n]|{escape}.)*+"
    field = rf"(?:{quoted}|{bare})" if quote else bare
    return re.compile(rf"{field}(?:{delim}{field})*+[\r\n]*+", re.DOTALL)


def oddity(text: str, fields: list[str], width: int) -> str | None:
    """Give the reason code of a record that is no row of `width` fields in Unicode."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "undecodable"
    if "\0" in text:
        return "undecodable"
    return None if len(fields) == width else "wrong_field_count"


def _shown(text: str) -> str:
    """Show a line as it came, its undecodable bytes in hexadecimal; what a reject cannot hold goes.

    A line may have a hundred megabytes.
    """
    plain = text[:_LONGEST_ROW_TEXT].rstrip("\r\n").replace("\0", "\\x00")
    return plain.encode(
        "utf-8", "surrogateescape" if _is_escaped(plain) else "backslashreplace"
    ).decode("utf-8", "backslashreplace")


def _is_escaped(text: str) -> bool:
    return all(not "\ud800" <= mark <= "\udfff" or "\udc80" <= mark <= "\udcff" for mark in text)
