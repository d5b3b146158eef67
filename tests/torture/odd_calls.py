"""Draws calls, some of them wrong in one way, and knows of each where it must end.

What a value is and which row wins is said here once more, by Python's own date and zone arithmetic
and without a line of the landing: it is the oracle that the landing is held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
REQUIRED = ("call_id", "direction", "started_at", "ended_at")
COLUMNS = ("call_id", "direction", "caller_number", "started_at", "ended_at", "hold_seconds")
"""What the files hold, in the contract's order."""

Values = tuple[str | None, str | None, str | None, datetime | None, datetime | None, int | None]

FREE_TEXTS = (
    *(
        "",
        " ",
        "+33 1 23 45 67 89",
        "anonymous",
        " 4711 ",
        "a,b",
        "a;b\tc|d",
        'say "no"',
        '"',
        '""',
    ),
    *(
        "two\nlines",
        "two\r\nlines",
        "old\rMac",
        "\n",
        "'; drop table raw.calls; --",
        "=cmd|'/C calc'!A0",
    ),
    *("<script>alert(1)</script>", "é", "à la carte", "\\", "\\n", "NULL", "x" * 5000, "¤", "1,5"),
)
WIDE_TEXTS = ("日本語", "😀", "\u202eright to left", "\u2028", "עברית", "\ufeff", "\U0010ffff")
GOOD_TIMES = (
    ("2024-05-01 10:00:00", datetime(2024, 5, 1, 8)),
    ("2024-05-01T10:00:00", datetime(2024, 5, 1, 8)),
    ("2024-05-01T10:00", datetime(2024, 5, 1, 8)),
    ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10)),
    ("2024-05-01 10:00:00+02", datetime(2024, 5, 1, 8)),
    ("2024-05-01 10:00:00-0330", datetime(2024, 5, 1, 13, 30)),
    ("2024-05-01 10:00:00.250+05:45", datetime(2024, 5, 1, 4, 15, 0, 250_000)),
    ("2024-05-01", datetime(2024, 4, 30, 22)),
    ("2024-02-29 23:59:59", datetime(2024, 2, 29, 22, 59, 59)),
    # The hour that comes twice is the first one, in summer time.
    ("2024-10-27 02:00:00", datetime(2024, 10, 27, 0)),
    ("2024-10-27 02:59:59.5", datetime(2024, 10, 27, 0, 59, 59, 500_000)),
    ("2024-03-31 01:59:59", datetime(2024, 3, 31, 0, 59, 59)),
    ("2024-03-31 03:00:00", datetime(2024, 3, 31, 1)),
)
BAD_CELLS = (
    *(("call_id", text, "missing") for text in ("", " ", "\t")),
    *(("direction", text, "not_in_list") for text in ("sideways", "in", "1")),
    ("direction", "", "missing"),
    *(
        ("started_at", text, "not_a_timestamp")
        for text in (
            "2024-02-30 10:00:00",
            "2023-02-29",
            "2024-13-01",
            "2024-05-01 24:00:01",
            "31/05/2024",
            "2024-05-01 10:61:00",
            "soon",
            "1714550400",
            "2024-05-01 10:00:00 PM",
            "20240501",
        )
    ),
    *(
        ("started_at", text, "nonexistent_time")
        for text in (
            "2024-03-31 02:00:00",
            "2024-03-31T02:59:59.9",
        )
    ),
    ("started_at", "", "missing"),
    ("started_at", "2999-01-01 00:00:00", "in_the_future"),
    *(
        ("hold_seconds", text, "not_an_integer")
        for text in (
            "1,5",
            "1.5",
            "1,000",
            "12 s",
            "1e3",
            "--1",
            "0x10",
            "9" * 30,
            "nan",
        )
    ),
    ("hold_seconds", "-1", "out_of_range"),
)
GOOD_HOLDS = (("", None), ("0", 0), ("12", 12), ("+12", 12), ("12.0", 12), ("012", 12), (" 7 ", 7))


@dataclass(frozen=True)
class Call:
    """A row as texts, and where it must end: `code` refuses it, else `values` land."""

    cells: dict[str, str]
    values: Values
    code: str | None = None


@dataclass
class Fates:
    """Where the rows of one file must end, as the generator writes them."""

    calls: list[Call | str] = field(default_factory=list)
    """Row by row: a call, or the reason code of a row that is none."""

    def refused(self) -> list[tuple[int, str]]:
        """Give (row, reason code) of every row that must be in the rejects."""
        by_row = [(row, self._code(row)) for row in range(1, len(self.calls) + 1)]
        return [(row, code) for row, code in by_row if code is not None]

    def landed(self) -> dict[int, Values]:
        """Give the values that must stand in raw, by row."""
        valid = self._valid()
        return {
            row: values
            for row, values in valid.items()
            if not any(later > row and valid[later][0] == values[0] for later in valid)
        }

    def _valid(self) -> dict[int, Values]:
        return {
            row: call.values
            for row, call in enumerate(self.calls, start=1)
            if isinstance(call, Call) and call.code is None
        }

    def _code(self, row: int) -> str | None:
        call = self.calls[row - 1]
        if isinstance(call, str):
            return call
        if call.code is not None:
            return call.code
        later = [v for r, v in self._valid().items() if r > row and v[0] == call.values[0]]
        return "duplicate_key" if later and call.values not in later else None


def draw_call(random: Random, prefix: str, texts: Sequence[str]) -> Call:
    """Draw a call that is right, or wrong in one cell; its key may occur again in its file."""
    key = f"{prefix}{random.randrange(40)}"
    started, started_at = random.choice(GOOD_TIMES)
    ended_at = started_at + timedelta(seconds=random.choice((0, 90)))
    hold, hold_seconds = random.choice(GOOD_HOLDS)
    number = random.choice(texts)
    direction = random.choice(("inbound", "outbound"))
    call = Call(
        cells={
            "call_id": random.choice((key, key, f"{key}  ", f" {key}\t")),
            "direction": random.choice((direction, f"{direction} ")),
            "caller_number": number,
            "started_at": started,
            "ended_at": ended_at.replace(tzinfo=UTC).isoformat(),
            "hold_seconds": hold,
        },
        values=(key, direction, number or None, started_at, ended_at, hold_seconds),
    )
    if random.random() < 0.25:
        column, text, code = random.choice(BAD_CELLS)
        return replace(call, cells=call.cells | {column: text}, code=code)
    return call


def local_time(instant: datetime) -> datetime:
    """Give the time on the clocks of the source's zone."""
    return instant.replace(tzinfo=UTC).astimezone(ZONE).replace(tzinfo=None)
