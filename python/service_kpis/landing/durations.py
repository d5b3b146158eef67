"""Columns of seconds as exports write them: under a unit, with a comma, or as a clock."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service_kpis.sql import identifier

SECONDS_OF = {
    "s": 1,
    "sec": 1,
    "secs": 1,
    "second": 1,
    "seconds": 1,
    "secondes": 1,
    "sek": 1,
    "sekunden": 1,
    "seg": 1,
    "segundos": 1,
    "m": 60,
    "mn": 60,
    "min": 60,
    "mins": 60,
    "minutes": 60,
    "minuten": 60,
    "minutos": 60,
    "h": 3600,
    "hrs": 3600,
    "hours": 3600,
    "ms": 0.001,
    "milliseconds": 0.001,
    "millisecondes": 0.001,
    "millisekunden": 0.001,
    "milisegundos": 0.001,
}
_IN_BRACKETS = re.compile(r"\s*[(\[](?:in |en )?([a-z]+|h{1,2}:mm:ss)[)\]]\s*$", re.IGNORECASE)
_LAST_WORD = re.compile(r"[\s_,-]+(?:in |en )?([a-z]{3,})\s*$", re.IGNORECASE)
_WHOLE = re.compile(r"\d+")
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_CLOCK = re.compile(r"\d{1,3}:\d{2}:\d{2}([.,]\d+)?")


def without_unit(header: str) -> tuple[str, float | None]:
    """Cut the unit off a header, and tell its seconds: `Wrap-up (min)` is `Wrap-up`, 60."""
    for pattern in (_IN_BRACKETS, _LAST_WORD):
        if found := pattern.search(header):
            unit = found[1].lower()
            if unit in SECONDS_OF or ":" in unit:
                return header[: found.start()], SECONDS_OF.get(unit)
    return header, None


def seconds_expression(source: str, texts: Sequence[str]) -> str | None:
    """Give the expression of whole seconds over a column; None where its texts do not tell it.

    A number with a fraction and no unit in the header may be minutes as well as seconds, and
    `1:30` a minute and a half or an hour and a half.
    """
    name = identifier(source)
    _, unit = without_unit(source)
    if unit in (None, 1) and _all(_WHOLE, texts):
        return name
    if unit is not None and _all(_NUMBER, texts):
        number = f"replace({name}, ',', '.')" if any("," in text for text in texts) else name
        seconds = f"cast({number} as double)"
        return f"round({seconds})" if unit == 1 else f"round({unit} * {seconds})"
    if texts and _all(_CLOCK, texts):
        clock = f"replace({name}, ',', '.')" if any("," in text for text in texts) else name
        return f"round(epoch(cast({clock} as interval)))"
    return None


def _all(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return all(pattern.fullmatch(text) for text in texts)
