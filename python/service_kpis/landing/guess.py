"""Guess a first source.yml from the headers of files; what is guessed is marked for a check."""

from __future__ import annotations

import codecs
import itertools
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis.contract import Column, Table, tables
from service_kpis.errors import InputError
from service_kpis.landing.durations import seconds_expression, without_unit
from service_kpis.landing.files import copy_aside, open_bytes, text_stream
from service_kpis.landing.options import Options
from service_kpis.landing.read_csv import layout_of, read_csv
from service_kpis.landing.read_typed import read_jsonl, read_parquet
from service_kpis.landing.read_xlsx import read_xlsx
from service_kpis.landing.samples import (
    are_words_known,
    code_expression,
    formats_of_all,
    may_hold,
    texts_of,
    time_columns,
)
from service_kpis.landing.source import format_of
from service_kpis.landing.synonyms import SYNONYMS, plain
from service_kpis.sql import identifier

ROWS_LOOKED_AT = 1000


@dataclass(frozen=True)
class Guessed:
    """A file as far as its head tells: its columns, the options that reading it took, rows."""

    path: Path
    columns: tuple[str, ...]
    options: list[str]
    rows: list[dict[str, str | None]]


def init(files: Sequence[Path]) -> str:
    """Give the text of a first source.yml for `files`, which stand beside it.

    What a header tells is filled in; `# ?` marks each guess, and what nothing tells is left as a
    comment. Raises InputError for a file that cannot be read.
    """
    if not files:
        raise InputError("Name at least one file to write a source.yml for.")
    lines = [
        "# A first source.yml, written from the files' headers. Check every line marked `# ?`.",
        "name: my_source                  # letters, digits and _; kept with every row",
        "timezone: Europe/Paris           # ? of timestamps without an offset",
        "default_country: FR              # ? of telephone numbers in national form",
        "tables:",
    ]
    mappings: dict[str, list[list[str]]] = {}
    for file in files:
        table, mapping = _mapping(_look_at(file))
        mappings.setdefault(table.name, []).append(mapping)
    for name, of_table in mappings.items():
        lines.append(f"  {name}:  # ? the table whose columns these resemble most")
        lines += of_table[0] if len(of_table) == 1 else _as_list(of_table)
    return "\n".join(lines) + "\n"


def _as_list(mappings: list[list[str]]) -> list[str]:
    """Write several mappings of one table as the list that source.yml wants."""
    return [
        f"    {'  ' if place else '- '}{line[4:]}"
        for mapping in mappings
        for place, line in enumerate(mapping)
    ]


def _look_at(file: Path) -> Guessed:
    """Read a file's column names, the options that reading it took, and its first rows."""
    if file.is_dir():
        raise InputError(f"{file} is a folder. Name the files in it.")
    if not file.exists():
        raise InputError(f"{file} does not exist.")
    file_format = format_of(file)
    if file_format is None:
        raise InputError(
            f"{file} is no file that init reads: CSV, Parquet, JSON Lines or xlsx, by its ending."
        )
    options: list[str] = []
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        aside = copy_aside(file, Path(folder))
        match file_format:
            case "csv":
                columns, options = _csv_header(connection, aside, str(file))
            case "parquet":
                columns = read_parquet(connection, aside, str(file), "first").columns
            case "jsonl":
                columns = read_jsonl(connection, aside, str(file), "first").columns
            case _:
                columns = read_xlsx(connection, aside, str(file), Options(), "first").columns
        texts = ", ".join(f"cast({identifier(column)} as text)" for column in columns)
        found = connection.execute(f"select {texts} from first limit {ROWS_LOOKED_AT}").fetchall()
    return Guessed(file, columns, options, [dict(zip(columns, row, strict=True)) for row in found])


def _csv_header(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str
) -> tuple[tuple[str, ...], list[str]]:
    encoding = _encoding(aside, shown)
    options = Options(encoding=encoding)
    columns = read_csv(connection, aside, shown, options, "first").columns
    found = []
    delim = layout_of(aside, shown, options).delim
    if delim != ",":
        found.append('delim: "\\t"' if delim == "\t" else f'delim: "{delim}"')
    if encoding != "utf-8":
        found.append(f"encoding: {encoding}")
    return columns, found


def _encoding(aside: Path, shown: str) -> str:
    """Find a file's encoding: UTF-16 by its first bytes, UTF-8, else a Western European one.

    A few bytes that are no UTF-8, beside more lines that are, are bad rows of a UTF-8 file.
    """
    with open_bytes(aside, shown) as binary:
        start = binary.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if b"\0" in start:
        return "utf-16-be" if start.startswith(b"\0") else "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        readable = undecodable = 0
        with open_bytes(aside, shown) as binary:
            for line in text_stream(binary, encoding, "surrogateescape"):
                if not line.isascii():
                    is_bad = any("\udc80" <= mark <= "\udcff" for mark in line)
                    undecodable += is_bad
                    readable += not is_bad
        if not undecodable or (encoding == "utf-8" and readable > undecodable):
            return encoding
    return "latin-1"


def _mapping(file: Guessed) -> tuple[Table, list[str]]:
    """Give the table that a file's columns resemble most, and the lines of its mapping."""
    table, mapped = _best_table(file)
    if "started_at" in mapped:
        mapped.setdefault("queued_at", mapped["started_at"])
    required = [column.name for column in table.columns if column.is_required]
    used: list[str] = []
    columns = []
    times: list[list[str]] = []
    for column in table.columns:
        if column.name in mapped:
            expression, sources = _expression(file, column, mapped[column.name])
            used += sources
            if column.data_type in {"timestamp", "date"}:
                times.append(texts_of(file.rows, *sources))
            why = _remark(file, column, mapped)
            columns.append(f"      {column.name}: {_quoted(expression)}  # ?{why}")
        elif column.name in required:
            listed = f": {', '.join(column.values)}" if column.values else ""
            columns.append(
                f"      # {column.name}:  # required, fill in ({column.data_type}{listed})"
            )
    lines = [f'    files: "{file.path.name}"', *_options(file.options, formats_of_all(times))]
    lines += ["    columns:  # ours: a SQL expression over the file's columns", *columns]
    left = [name for name in file.columns if name not in used]
    if left:
        # A header may go over several lines, a comment may not.
        lines.append(f"    # not used: {', '.join(' '.join(name.split()) for name in left)}")
    free = [c.name for c in table.columns if c.name not in mapped and c.name not in required]
    if free:
        lines.append(f"    # may be added: {', '.join(free)}")
    return table, lines


def _remark(file: Guessed, column: Column, mapped: dict[str, str]) -> str:
    """Tell what a guess hangs on."""
    source = mapped[column.name]
    if column.name == "queued_at" and source == mapped.get("started_at"):
        return " right where no menu comes first; without it, unanswered calls are lost in the menu"
    if are_words_known(column, source, file.rows):
        return ""
    return f" to be translated to {', '.join(column.values)}"


def _expression(file: Guessed, column: Column, source: str) -> tuple[str, tuple[str, ...]]:
    """Give the expression of a column, and the file's columns in it."""
    if column.data_type == "timestamp":
        sources = time_columns(source, file.columns, file.rows)
        return " || ' ' || ".join(map(identifier, sources)), sources
    if column.name.endswith("_seconds"):
        expression = seconds_expression(source, texts_of(file.rows, source))
    else:
        expression = code_expression(column, source, file.rows)
    return expression or identifier(source), (source,)


def _quoted(expression: str) -> str:
    """Write an expression in YAML, with as few quotes as it bears."""
    is_plain = "'" not in expression and expression.isprintable()
    return f"'{expression}'" if is_plain else json.dumps(expression, ensure_ascii=False)


def _options(options: list[str], formats: list[str]) -> list[str]:
    """Write the line of options, and which other format the times may be in."""
    if formats:
        kind = "timestamp_format" if "%H" in formats[0] or "%I" in formats[0] else "date_format"
        options = [*options, f'{kind}: "{formats[0]}"']
    other = f" the rows seen do not tell it from {formats[1]}" if len(formats) > 1 else ""
    return [f"    options: {{{', '.join(options)}}}  # ?{other}"] if options else []


def _best_table(file: Guessed) -> tuple[Table, dict[str, str]]:
    """Choose the table that the header tells best, by its required columns and by all.

    A table that requires one column alone has it in the files of other tables, too.
    """
    stem = plain(file.path.name.split(".")[0])

    def fit(table: Table) -> tuple[bool, float]:
        mapped = _map(table, file)
        required = [column.name for column in table.columns if column.is_required]
        share = sum(name in mapped for name in required) / len(required)
        is_named = plain(table.name) in stem or plain(table.name).removesuffix("s") in stem
        return is_named, share * len(mapped)

    best = max(tables().values(), key=fit)
    return best, _map(best, file)


def _map(table: Table, file: Guessed) -> dict[str, str]:
    """Map the table's columns to the file's, each of these once, by name and then by synonym.

    Of several synonyms the first counts, as they stand from the plainest to the vaguest.
    """
    mapped: dict[str, str] = {}
    for is_synonym in (False, True):
        for column in table.columns:
            words = _words(table, column) if is_synonym else [plain(column.name)]
            for word, source in itertools.product(words, file.columns):
                is_free = column.name not in mapped and source not in mapped.values()
                if (
                    is_free
                    and word == _header(column, source)
                    and may_hold(column, source, file.columns, file.rows)
                ):
                    mapped[column.name] = source
    return mapped


def _words(table: Table, column: Column) -> list[str]:
    """Give the words for a column; a file's `id` is the id of what its rows are."""
    words = SYNONYMS.get(column.name, "").split()
    return [*words, "id"] if table.key == (column.name,) else words


def _header(column: Column, source: str) -> str:
    return plain(without_unit(source)[0] if column.name.endswith("_seconds") else source)
