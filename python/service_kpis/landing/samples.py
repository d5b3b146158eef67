"""What a file's first rows tell of its columns: how times are written, and codes of other tongues.

Only words that are known here are ever written down: a column may hold people's data after all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from service_kpis.contract import Column
from service_kpis.landing.synonyms import plain
from service_kpis.sql import identifier, literal

Rows = Sequence[Mapping[str, str | None]]

DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%m/%y")
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
FORMATS = (*(day + clock for clock in CLOCKS for day in DAYS), "%Y%m%d", "%Y%m%d%H%M%S")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}")
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")
DAY_NAMES = ("date", "day", "jour", "tag", "datum", "fecha", "dia")
CLOCK_NAMES = ("time", "heure", "uhrzeit", "zeit", "hora")

CODES = {
    "inbound": "in incoming entrant entrante eingehend received recu",
    "outbound": "out outgoing sortant saliente ausgehend",
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
    """Give the formats that every text may be written in; none for ISO 8601, and for none known."""
    if not texts or _all(ISO, texts):
        return []
    return [each for each in FORMATS if all(_is_read(text, each) for text in texts)]


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


def _all(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return bool(texts) and all(pattern.fullmatch(text) for text in texts)


def _is_read(text: str, written: str) -> bool:
    try:
        datetime.strptime(text, written)
    except ValueError:
        return False
    return True
