"""Spans that are equal are one, in whichever order the engine takes them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from compiled_models import Compiled, build, empty_warehouse, up_to

FIRST_ON = date(2025, 1, 1)
ACTIVE_DAYS = 365


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_orders_of_one_day_make_one_span(shipped: Compiled, seed: int) -> None:
    """Windows over rows that tie may disagree: three in three hundred customers stood twice."""
    random = Random(seed)  # noqa: S311  no secret
    orders = [(f"c_{random.randrange(300):05}", random.randrange(2)) for _ in range(600)]
    # A customer is active from the day after the first order for a year after the last.
    days: dict[str, list[int]] = {}
    for customer, day in orders:
        days.setdefault(customer, []).append(day)
    expected = {
        (
            customer,
            1,
            FIRST_ON + timedelta(days=min(ordered) + 1),
            FIRST_ON + timedelta(days=max(ordered) + ACTIVE_DAYS + 1),
        )
        for customer, ordered in days.items()
    }
    compiled = up_to(shipped, "int_customers_active")
    with empty_warehouse(compiled) as connection:
        connection.executemany(
            "insert into raw.orders (_source, order_id, customer_id, status, ordered_at, amount) "
            "values ('shop', ?, ?, 'placed', ?, 1)",
            [
                (str(number), customer, f"{FIRST_ON + timedelta(days=day)} 12:00:00")
                for number, (customer, day) in enumerate(orders)
            ],
        )
        build(connection, compiled)
        found = connection.sql("from intermediate.int_customers_active").fetchall()
    assert len(found) == len(expected)
    assert set(found) == expected
