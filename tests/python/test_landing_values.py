"""The quick ways of reading a value give what the careful ones give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from random import Random

import duckdb
import pytest

from service_kpis.landing.values import decimal_value
from service_kpis.landing.zones import create_time_macros

_WHOLE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(Z)?", re.ASCII)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        create_time_macros(connection, "UTC")
        yield connection


def _read(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[object, object]:
    row = connection.execute(
        "select iso_local_of(text, moment), iso_instant_of(text, moment) "
        "from (select $1 as text, try_cast($1 as timestamp) as moment)",
        [text],
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("text", "local", "instant"),
    [
        ("2024-02-29 10:00:01", datetime(2024, 2, 29, 10, 0, 1), None),
        ("2024-02-29T10:00:01", datetime(2024, 2, 29, 10, 0, 1), None),
        ("2024-02-29T10:00:01Z", None, datetime(2024, 2, 29, 10, 0, 1)),
        ("2024-02-29 10:00:01Z", None, datetime(2024, 2, 29, 10, 0, 1)),
        ("0999-02-28 10:00:01", datetime(999, 2, 28, 10, 0, 1), None),
        # DuckDB casts these, and they are no ISO 8601.
        ("2024-02-2  10:00:01", None, None),
        ("-044-03-15T10:00:01", None, None),
        ("-044-03-15T10:00:01Z", None, None),
        ("10000-01-01 00:00:00", None, None),
        ("0044-03-15 (BC) 10:00:00", None, None),
        ("2023-02-29 10:00:01", None, None),
        ("infinity", None, None),
        ("epoch", None, None),
    ],
)
def test_a_time_is_read_as_iso_8601_alone(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    local: datetime | None,
    instant: datetime | None,
) -> None:
    assert _read(connection, text) == (local, instant)


_PARTS = (
    ("2024", "0001", "1582", "-024", "24", "9999", "\v024", "+2024"),
    ("-", "-", "/", ""),
    ("02", "12", "2", "13"),
    ("-", "-", "/", ""),
    ("29", "31", "9", "3 "),
    (" ", "T", "  ", "t", ""),
    ("10:00:01", "23:59:59", "1:00:01", "24:00:00", "10:00", "23:59:60", "٠٠:00:01"),
    ("", "Z", "z", ".5", ".500", "+00", " UTC", " "),
)


def test_any_time_is_read_as_its_text_says(connection: duckdb.DuckDBPyConnection) -> None:
    """Python's own datetime says what a whole one is; of the others, the careful way decides."""
    random = Random(7)  # noqa: S311
    texts = [
        "".join(random.choice(part[: random.choice([2, 9])]) for part in _PARTS)
        for _ in range(20_000)
    ]
    rows = connection.execute(
        """
        select text, iso_local_of(text, moment), iso_instant_of(text, moment), iso_local(text),
               iso_instant(text)
        from (
            select text, try_cast(text as timestamp) as moment
            from (select unnest($1::varchar[]) as text)
        )
        """,
        [texts],
    ).fetchall()
    whole = 0
    for text, local, instant, careful_local, careful_instant in rows:
        assert (text, local, instant) == (text, careful_local, careful_instant)
        if found := _WHOLE.fullmatch(text):
            with suppress(ValueError):  # 24:00:00 and :60 are DuckDB's to judge
                expected = datetime(*map(int, found.groups()[:-1]))  # type: ignore[arg-type]
                assert (instant if found[7] else local) == expected
                whole += 1
    assert whole > 100


def _number(random: Random) -> str:
    whole = "".join(random.choices("0123456789", k=random.randint(1, 22)))
    places = "".join(random.choices("0599", k=random.randint(0, 14)))
    power = random.choice(["", "", "", "e3", "E+2"])
    return f"{random.choice(['', '-', '+'])}{whole}{random.choice(['.', ''])}{places}{power}"


def test_a_decimal_is_the_number_to_eight_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Twenty digits before the point fit; Python's decimal rounds by itself."""
    random = Random(7)  # noqa: S311
    texts = [_number(random) for _ in range(20_000)]
    rows = connection.execute(
        f"select text, {decimal_value('text')} from (select unnest($1::varchar[]) as text)", [texts]
    ).fetchall()
    landed = 0
    for text, found in rows:
        with localcontext(prec=60):
            exact = Decimal(text).quantize(Decimal("1e-8"), rounding=ROUND_HALF_UP)
        assert found is None or (text, found) == (text, exact)
        if len(text) <= 17 and "e" not in text.lower():
            assert found is not None, text
            landed += 1
    assert landed > 1000
