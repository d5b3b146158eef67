"""What a file's first rows tell of its columns: how times are written, and codes of other tongues.

Only words that are known here are ever written down: a column may hold people's data after all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from service_kpis.contract import Column
from service_kpis.landing.durations import seconds_expression
from service_kpis.landing.synonyms import plain
from service_kpis.sql import identifier, literal

Rows = Sequence[Mapping[str, str | None]]

DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%m/%y")
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
FORMATS = (*(day + clock for clock in CLOCKS for day in DAYS), "%Y%m%d", "%Y%m%d%H%M%S")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}")
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")
SHORT_NUMBER = re.compile(r"-?\d{0,7}([.,]\d+)?")
DAY_NAMES = ("date", "day", "jour", "tag", "datum", "fecha", "dia")
CLOCK_NAMES = ("time", "heure", "uhrzeit", "zeit", "hora")

CODES = {
    "inbound": "in incoming entrant entrante eingehend received recu",
    "outbound": "out outgoing sortant saliente ausgehend outboundapi outbounddial",
    "new": "nouveau nouvelle neu nuevo nueva",
    "open": "ouvert ouverte offen abierto abierta inprogress encours inbearbeitung enproceso",
    "pending": "enattente wartend pendiente pendingcustomerresponse waiting",
    "on_hold": "onhold suspendu zuruckgestellt enespera",
    "resolved": "resolu resolue gelost geloest resuelto resuelta solved",
    "closed": "ferme fermee clos cloture geschlossen cerrado cerrada",
    "placed": "passee commande bestellt pedido ordered",
    "shipped": "expedie expediee versendet versandt enviado enviada",
    "delivered": "livre livree geliefert zugestellt entregado entregada",
    "cancelled": "annule annulee storniert cancelado cancelada canceled",
    "returned": "retourne retournee retourniert zuruckgesandt devuelto devuelta",
    "low": "basse bas faible niedrig baja bajo",
    "medium": "moyenne moyen mittel media medio",
    "normal": "normale moyenne mittel media medium",
    "high": "haute eleve elevee hoch alta alto",
    "urgent": "urgente dringend critical critique kritisch critica",
}
BOOLEANS = {"true", "false", "t", "f", "yes", "no", "1", "0"}
"""Those that landing reads by itself."""
YES = ("oui", "o", "ja", "j", "si", "s", "y", "yes", "true", "1")
NO = ("non", "nein", "n", "no", "false", "0")


def may_hold(column: Column, source: str, columns: Sequence[str], rows: Rows) -> bool:
    """Tell whether what stands in a file's column may be what ours wants; true where nothing does.

    A header may promise more than it holds: `Answered` is a time here and a yes there, `Queue time`
    a moment or how long somebody waited, `Wrap-up` seconds or a code.
    """
    texts = texts_of(rows, source)
    match column.data_type if texts else "anything":
        case "timestamp" | "date" if _all(CLOCK, texts):
            return len(time_columns(source, columns, rows)) > 1 and not _are_short(texts)
        case "timestamp" | "date":
            return _have_digits(texts) and not _all(SHORT_NUMBER, texts)
        case "integer" if column.name.endswith("_seconds"):
            return seconds_expression(source, texts) is not None
        case "integer" | "decimal":
            return _have_digits(texts)
        case "boolean":
            return any(plain(text) in {*BOOLEANS, *YES, *NO} for text in texts)
        case _:
            return True


def are_words_known(column: Column, source: str, rows: Rows) -> bool:
    """Tell whether every word of a column of codes is the contract's, or is translated to it."""
    return not column.values or all(
        text.lower() in column.values
        or any(plain(text) in CODES.get(ours, "").split() for ours in column.values)
        for text in texts_of(rows, source)
    )


def texts_of(rows: Rows, *columns: str) -> list[str]:
    """Give what the columns hold together, where each is filled."""
    parts = [[(row[column] or "").strip() for column in columns] for row in rows]
    return [" ".join(each) for each in parts if all(each)]


def time_columns(source: str, columns: Sequence[str], rows: Rows) -> tuple[str, ...]:
    """Give the columns that make a moment: a day and its clock may stand in two."""
    is_day, is_clock = _all(DAY, texts_of(rows, source)), _all(CLOCK, texts_of(rows, source))
    for other in columns:
        if is_day and plain(other) in CLOCK_NAMES and _all(CLOCK, texts_of(rows, other)):
            return source, other
        if is_clock and plain(other) in DAY_NAMES and _all(DAY, texts_of(rows, other)):
            return other, source
    return (source,)


def formats_of(texts: Sequence[str]) -> list[str]:
    """Give the formats that most texts may be written in; none for ISO 8601, and for none known.

    Some rows are wrong, typed in by hand or of a day that is none: what the others bear is told.
    """
    if not texts or _all(ISO, texts):
        return []
    read = {each: sum(_is_read(text, each) for text in texts) for each in FORMATS}
    most = max(read.values())
    return [each for each in FORMATS if read[each] == most and 2 * most > len(texts)]


def formats_of_all(columns: Sequence[Sequence[str]]) -> list[str]:
    """Give the formats that all columns may share, else those of the first that has any.

    A day above 12 in one column tells what another leaves open.
    """
    known = [found for texts in columns if (found := formats_of(texts))]
    shared = [each for each in known[0] if all(each in other for other in known)] if known else []
    return shared or (known[0] if known else [])


def code_expression(column: Column, source: str, rows: Rows) -> str | None:
    """Give the expression that turns a column's words into the contract's, where some are known."""
    found = {plain(text): text.lower() for text in texts_of(rows, source)}
    name = f"lower(trim({identifier(source)}))"
    if column.data_type == "boolean":
        if set(found) <= BOOLEANS or not set(found) <= {*YES, *NO}:
            return None
        known = [text for word, text in sorted(found.items()) if word in YES] or YES
        return f"{name} in ({', '.join(map(literal, known))})"
    if not column.values or set(texts_of(rows, source)) <= set(column.values):
        return None
    if all(text in column.values for text in found.values()):
        return name
    cases = [
        f"when {literal(text)} then {literal(ours)}"
        for word, text in sorted(found.items())
        for ours in column.values
        if word in CODES.get(ours, "").split()
    ]
    return f"case {name} {' '.join(cases)} else {name} end" if cases else None


def _are_short(clocks: Sequence[str]) -> bool:
    """All under an hour: durations, as nobody is at work at that time alone."""
    return all(int(clock.split(":")[0]) == 0 for clock in clocks)


def _have_digits(texts: Sequence[str]) -> bool:
    """Most have one: some exports write a word where they have no value."""
    return 2 * sum(any(map(str.isdigit, text)) for text in texts) > len(texts)


def _all(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return bool(texts) and all(pattern.fullmatch(text) for text in texts)


def _is_read(text: str, written: str) -> bool:
    try:
        datetime.strptime(text, written)
    except ValueError:
        return False
    return True
