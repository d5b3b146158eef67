"""Guess a first source.yml from the headers of files; what is guessed is marked for a check."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from service_kpis.contract import Table, tables
from service_kpis.errors import InputError
from service_kpis.landing.files import copy_aside
from service_kpis.landing.options import Options
from service_kpis.landing.read_csv import layout_of, read_csv
from service_kpis.landing.read_typed import read_jsonl, read_parquet
from service_kpis.landing.read_xlsx import read_xlsx
from service_kpis.landing.source import format_of
from service_kpis.sql import identifier

# Words that exports use for our columns, without blanks and case; our own names are known anyway.
_SYNONYMS = {
    "call_id": "callid callno callnumber callref uniqueid cdrid idappel",
    "direction": "calldirection calltype sens",
    "customer_id": "customer custid clientid customerno customernumber userid accountid idclient",
    "caller_number": "caller callerid ani cli phone phonenumber fromnumber callingnumber numero",
    "queue": "queuename skill skillgroup huntgroup file",
    "agent_id": "agent agentname server operator user assignee conseiller",
    "reason": "topic subject calltopic motif category",
    "started_at": "start starttime callstart startedat startdate calldate datetime debut",
    "queued_at": "queuestart queuetime enteredqueue queuedat",
    "answered_at": "answertime answeredat pickuptime connecttime",
    "ended_at": "end endtime callend endedat hanguptime disconnecttime fin",
    "hold_seconds": "holdtime holdduration",
    "wrap_up_seconds": "wrapup wrapuptime acw aftercallwork",
    "is_resolved": "resolved fcr solved",
    "ticket_id": "ticket ticketno ticketnumber caseid casenumber incident incidentid number case",
    "created_at": "created opened openedat creationdate createdon dateopened",
    "first_response_at": "firstresponse firstresponsetime firstreplyat firstreply",
    "resolved_at": "resolvedat resolutiondate resolvedon solvedat timetoresolution",
    "closed_at": "closed closedat closedon",
    "channel": "ticketchannel source medium via canal",
    "status": "state ticketstatus orderstatus statut",
    "priority": "ticketpriority urgency",
    "request_type": "tickettype type",
    "event_id": "eventid",
    "event": "activity action",
    "occurred_at": "timestamp timetimestamp eventtime",
    "review_id": "reviewid",
    "rating": "stars score note",
    "posted_at": "reviewdate posted publishedat",
    "order_id": "orderid ordernumber orderno invoiceno idcommande",
    "ordered_at": "orderdate ordertime purchasedate invoicedate",
    "ship_by": "requireddate promisedshipdate",
    "shipped_at": "shippeddate shipdate",
    "delivered_at": "deliverydate delivereddate",
    "amount": "total totalamount price revenue sum montant",
    "line_number": "line lineno position",
    "product_id": "productid sku stockcode item itemid",
    "quantity": "qty units",
    "unit_price": "unitprice priceeach",
    "name": "productname title",
    "subscription_id": "subscriptionid contractid",
    "term_number": "term termno",
    "starts_on": "startson periodstart",
    "ends_on": "endson periodend",
    "survey_id": "surveyid responseid invitationid",
    "kind": "surveytype surveykind",
    "responded_at": "responsedate answeredon responsetime",
    "score": "rating nps csat satisfaction satisfactionrating",
    "segment": "customersegment tier",
    "country": "countrycode",
    "team": "group department",
}


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
        columns, options = _header(file)
        table, mapping = _mapping(file, columns, options)
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


def _header(file: Path) -> tuple[tuple[str, ...], list[str]]:
    """Read a file's column names, and the options that reading it took."""
    file_format = format_of(file)
    if not file.is_file() or file_format is None:
        raise InputError(f"{file} is no CSV, Parquet, JSON Lines or xlsx file that can be read.")
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        aside = copy_aside(file, Path(folder))
        match file_format:
            case "csv":
                return _csv_header(connection, aside, str(file))
            case "parquet":
                return read_parquet(connection, aside, str(file), "first").columns, []
            case "jsonl":
                return read_jsonl(connection, aside, str(file), "first").columns, []
            case _:
                return read_xlsx(connection, aside, str(file), Options(), "first").columns, []


def _csv_header(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str
) -> tuple[tuple[str, ...], list[str]]:
    for encoding in ("utf-8", "cp1252", "latin-1"):
        options = Options(encoding=encoding)
        raw = read_csv(connection, aside, shown, options, "first")
        if not any(bad.code == "undecodable" for bad in raw.bad_rows):
            break
    found = []
    delim = layout_of(aside, shown, options).delim
    if delim != ",":
        found.append('delim: "\\t"' if delim == "\t" else f'delim: "{delim}"')
    if encoding != "utf-8":
        found.append(f"encoding: {encoding}")
    return raw.columns, found


def _mapping(file: Path, columns: tuple[str, ...], options: list[str]) -> tuple[Table, list[str]]:
    """Give the table that a file's columns resemble most, and the lines of its mapping."""
    table, mapped = _best_table(file, columns)
    required = [column.name for column in table.columns if column.is_required]
    lines = [f'    files: "{file.name}"']
    if options:
        lines.append(f"    options: {{{', '.join(options)}}}  # ?")
    lines.append("    columns:  # ours: a SQL expression over the file's columns")
    for column in table.columns:
        if column.name in mapped:
            source = identifier(mapped[column.name])
            quoted = source if '"' not in source else f"'{source.replace(chr(39), chr(39) * 2)}'"
            lines.append(f"      {column.name}: {quoted}  # ?")
        elif column.name in required:
            listed = f": {', '.join(column.values)}" if column.values else ""
            lines.append(
                f"      # {column.name}:  # required, fill in ({column.data_type}{listed})"
            )
    left = [name for name in columns if name not in mapped.values()]
    if left:
        lines.append(f"    # not used: {', '.join(left)}")
    free = [c.name for c in table.columns if c.name not in mapped and c.name not in required]
    if free:
        lines.append(f"    # may be added: {', '.join(free)}")
    return table, lines


def _best_table(file: Path, columns: tuple[str, ...]) -> tuple[Table, dict[str, str]]:
    """Choose the table whose required columns, then others, the header tells best."""
    stem = _plain(file.name.split(".")[0])

    def fit(table: Table) -> tuple[bool, float, int]:
        mapped = _map(table, columns)
        required = [column.name for column in table.columns if column.is_required]
        share = sum(name in mapped for name in required) / len(required)
        is_named = _plain(table.name) in stem or _plain(table.name).removesuffix("s") in stem
        return is_named, share, len(mapped)

    best = max(tables().values(), key=fit)
    return best, _map(best, columns)


def _map(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Map the table's columns to the file's, each of these once, by name and then by synonym."""
    mapped: dict[str, str] = {}
    for is_synonym in (False, True):
        for column in table.columns:
            words = _SYNONYMS.get(column.name, "") if is_synonym else _plain(column.name)
            for source in columns:
                is_free = column.name not in mapped and source not in mapped.values()
                if is_free and _plain(source) in words.split():
                    mapped[column.name] = source
    return mapped


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
