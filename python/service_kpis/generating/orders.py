"""Orders: what is bought, shipped, late, cancelled, faulty, and what customers do about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service_kpis.generating.seasons import (
    DAY,
    HOUR,
    WRITING_BY_HOUR,
    Bools,
    Floats,
    Ints,
    add_open_seconds,
    draw_times,
)
from service_kpis.generating.simulation import Simulation
from service_kpis.generating.tickets import CHANNEL
from service_kpis.generating.world import (
    CATEGORIES,
    COUNTRIES,
    FAMILIES_A_CATEGORY,
    NONE,
    REASON,
    VERSIONS,
)
from service_kpis.generating.write import cut

ORDERS_A_CALL = 0.5
PLACED, SHIPPED, DELIVERED, CANCELLED, RETURNED = range(5)
BY_CUSTOMER, BY_MERCHANT = range(2)
GUARANTEE_CLAIM, CHARGEBACK, RETURN, COMPLAINT = range(4)
EUR, GBP, CHF = range(3)
RATE = np.array([1.0, 0.86, 0.95])
"""Price of a euro in each currency."""
ACME_HOTLINE, ACME_AFTER_SALES = 0, 2


@dataclass(frozen=True)
class Bought:
    """What became of a day's orders, one entry an order; times are seconds since 1970."""

    order: Ints
    customer: Ints
    product: Ints
    """The first in the basket."""
    marketplace: Ints
    ordered: Ints
    delivered: Ints
    deliver_by: Ints
    late: Ints
    """Seconds delivered beyond the promise."""
    returned: Ints
    is_faulty: Bools
    out_of_stock: Bools


def play_orders(simulation: Simulation, day: int) -> None:
    """Take the orders of a day and write them with their lines and claims."""
    rng, calendar = simulation.rng, simulation.calendar
    mean = simulation.calls_per_day * ORDERS_A_CALL * calendar.orders[day]
    count = int(rng.poisson(mean))
    midnight = calendar.midnight(day)
    ordered = draw_times(rng, count, midnight, WRITING_BY_HOUR)
    customer = simulation.some_customers(count, day, skew=1.8)
    order = simulation.new_ids("order", count)
    marketplace = np.select([rng.random(count) < 0.8, rng.random(count) < 0.65], [NONE, 0], 1)
    by_marketplace = (marketplace != NONE) & (rng.random(count) < 0.45)

    # The warehouse ships what it can; what is left makes the next days' orders late.
    capacity = simulation.calls_per_day * ORDERS_A_CALL * 1.6
    queue = simulation.unshipped_orders
    simulation.unshipped_orders = min(max(0.0, queue + count - capacity), 5 * capacity)
    behind = np.where(by_marketplace, 0.0, DAY * queue / max(capacity, 1.0))
    lasts = rng.lognormal(-0.75, 0.72, count) * DAY + behind
    shipped = ordered + 1800 + lasts.astype(np.int64)
    ship_by = np.where(rng.random(count) < 0.97, midnight + 3 * DAY, NONE)
    carrier = rng.lognormal(0.45, 0.5, count) * DAY * (1.25 if calendar.is_promotion[day] else 1)
    delivered = shipped + 6 * HOUR + carrier.astype(np.int64)
    deliver_by = midnight + np.where(marketplace == NONE, 6, 7) * DAY

    out_of_stock = ~by_marketplace & (rng.random(count) < np.where(queue > 0, 0.02, 0.007))
    regrets = ~out_of_stock & (rng.random(count) < 0.018)
    cancelled = (
        ordered + 900 + ((shipped - ordered - 900) * rng.uniform(0.1, 0.9, count)).astype(np.int64)
    )
    is_cancelled = (out_of_stock | regrets) & (cancelled < calendar.end)
    sent = ~(out_of_stock | regrets)
    product, is_faulty, amount, currency = add_lines(simulation, day, order, customer)
    sends_back = sent & (rng.random(count) < np.where(is_faulty, 0.45, 0.045))
    returned = delivered + rng.integers(DAY, 14 * DAY, count)
    shipped, delivered = np.where(sent, shipped, NONE), np.where(sent, delivered, NONE)
    happened = {name: cut(np.where(sent, at, NONE), calendar.end) != NONE
                for name, at in (("shipped", shipped), ("delivered", delivered))}  # fmt: skip
    simulation.sink.add(
        "orders",
        order_id=order,
        customer_id=customer,
        marketplace=marketplace,
        fulfilled_by=np.where(by_marketplace, 1, 0),
        status=np.select(
            [is_cancelled, sends_back & (returned < calendar.end), happened["delivered"],
             happened["shipped"]],
            [CANCELLED, RETURNED, DELIVERED, SHIPPED], PLACED,
        ),
        ordered_at=ordered,
        ship_by=ship_by,
        shipped_at=np.where(happened["shipped"], shipped, NONE),
        deliver_by=deliver_by,
        delivered_at=np.where(happened["delivered"], delivered, NONE),
        cancelled_at=np.where(is_cancelled, cancelled, NONE),
        cancelled_by=np.where(is_cancelled, np.where(regrets, BY_CUSTOMER, BY_MERCHANT), NONE),
        currency=currency,
        amount=amount,
    )  # fmt: skip
    late = np.where(sent, np.maximum(delivered - deliver_by, 0), 0)
    is_faulty &= sent
    bought = Bought(
        order=order, customer=customer, product=product, marketplace=marketplace, ordered=ordered,
        delivered=delivered, deliver_by=deliver_by, late=late, is_faulty=is_faulty,
        returned=np.where(sends_back, returned, NONE), out_of_stock=out_of_stock,
    )  # fmt: skip
    claim(simulation, bought)
    react(simulation, bought)


def add_lines(
    simulation: Simulation, day: int, order: Ints, customer: Ints
) -> tuple[Ints, Bools, Ints, Ints]:
    """Fill the baskets and write their lines.

    Returns, by order, its first product, whether anything in it is faulty, its amount in
    hundredths of its currency, and that currency.
    """
    rng, products, count = simulation.rng, simulation.products, len(order)
    lines = np.minimum(rng.geometric(0.6, count), 5)
    row = np.repeat(np.arange(count), lines)
    first_line = np.cumsum(lines) - lines
    total = len(row)
    # People come back to the category they like, and at times try another.
    liked = (customer[row] * 7 + 3) % len(CATEGORIES)
    category = np.where(rng.random(total) < 0.62, liked, rng.integers(0, len(CATEGORIES), total))
    family = category * FAMILIES_A_CATEGORY + (
        FAMILIES_A_CATEGORY * rng.random(total) ** 1.5
    ).astype(np.int64)
    newest = family * VERSIONS + VERSIONS - 1
    is_launched = products.launched_on[newest] <= simulation.calendar.first_day + day
    version = (rng.random(total) ** 0.9 * np.where(is_launched, VERSIONS, VERSIONS - 1)).astype(
        np.int64
    )
    product = family * VERSIONS + version
    quantity = np.minimum(rng.geometric(0.8, total), 6)

    country = simulation.customers.country[customer]
    in_own = rng.random(count) < 0.35
    currency = np.select(
        [in_own & (country == COUNTRIES.index("GB")), in_own & (country == COUNTRIES.index("CH"))],
        [GBP, CHF], EUR,
    )  # fmt: skip
    discount = 0.8 if simulation.calendar.is_promotion[day] else 1.0
    price = products.list_price[product] * discount * RATE[currency[row]]
    unit_price = np.rint(price * np.where(rng.random(total) < 0.1, 0.9, 1.0)).astype(np.int64)
    value = np.zeros(count, np.int64)
    np.add.at(value, row, unit_price * quantity)
    faulty = np.zeros(count, np.int64)
    np.add.at(faulty, row, (rng.random(total) < products.defect_rate[product]).astype(np.int64))
    simulation.sink.add(
        "order_items",
        order_id=order[row],
        line_number=np.arange(total) - first_line[row] + 1,
        product_id=product + 1,
        quantity=quantity,
        unit_price=unit_price,
    )
    return product[first_line], faulty > 0, value + np.where(value < 5000, 490, 0), currency


def claim(simulation: Simulation, bought: Bought) -> None:
    """Write the claims: for faults, for lateness, and goods sent back."""
    rng, end, order = simulation.rng, simulation.calendar.end, bought.order
    count, late, is_faulty, returned = len(order), bought.late, bought.is_faulty, bought.returned
    delivered, deliver_by = bought.delivered, bought.deliver_by
    days = DAY * rng.integers(1, 25, count) + rng.integers(0, 12 * HOUR, count)
    cases = (
        (GUARANTEE_CLAIM, delivered + days, is_faulty & (rng.random(count) < 0.5), 0.15),
        (CHARGEBACK, deliver_by + 8 * DAY + days,
         ((late > 5 * DAY) & (rng.random(count) < 0.15)) | (rng.random(count) < 0.001), 0.2),
        (RETURN, returned - rng.integers(HOUR, DAY, count), returned != NONE, 0.03),
        (COMPLAINT, deliver_by + rng.integers(HOUR, 2 * DAY, count),
         (late > 12 * HOUR) & (rng.random(count) < 0.12), 0.1),
    )  # fmt: skip
    for kind, opened, where, denial in cases:
        rows = np.flatnonzero(where & (opened < end))
        simulation.sink.add(
            "order_claims",
            claim_id=simulation.new_ids("claim", len(rows)),
            order_id=order[rows],
            kind=np.full(len(rows), kind),
            opened_at=opened[rows],
            is_denied=np.where(
                rng.random(len(rows)) < 0.1, NONE, (rng.random(len(rows)) < denial).astype(np.int64)
            ),
        )


def react(simulation: Simulation, bought: Bought) -> None:
    """Let buyers ask where their parcel is, report faults, feel, and say what they think."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(bought.order)
    order, customer, product = bought.order, bought.customer, bought.product
    marketplace, ordered, late = bought.marketplace, bought.ordered, bought.late
    delivered, deliver_by, is_faulty = bought.delivered, bought.deliver_by, bought.is_faulty
    is_late = late > 0
    arrived = delivered != NONE
    missed_at = deliver_by + rng.integers(0, 30 * HOUR, count)
    found_at = delivered + rng.integers(2 * HOUR, 5 * DAY, count)
    fate = rng.random(count)
    about_order = np.where(fate < 0.1, REASON["order_status"], REASON["delivery"])
    for at, where, contract, reason in (
        (missed_at, is_late & (fate < 0.28), ACME_HOTLINE, about_order),
        (ordered + rng.integers(DAY, 3 * DAY, count), ~is_late & (fate < 0.03), ACME_HOTLINE,
         np.full(count, REASON["order_status"])),
        (found_at, is_faulty & (fate > 0.5), ACME_AFTER_SALES,
         np.full(count, REASON["technical_problem"])),
    ):  # fmt: skip
        opened = add_open_seconds(calendar, at, rng.integers(30, 4 * HOUR, count))
        simulation.call_later(opened, where, customer=customer, reason=reason,
                              contract=np.full(count, contract))  # fmt: skip
    channel = np.where(marketplace == NONE, rng.choice([0, 1], count), CHANNEL["marketplace"])
    writes_late, writes_fault = is_late & (fate > 0.72), is_faulty & (fate > 0.3) & (fate < 0.5)
    for at, where, contract, topic in (
        (missed_at, writes_late, ACME_HOTLINE, REASON["delivery"]),
        (found_at, writes_fault, ACME_AFTER_SALES, REASON["return"]),
    ):
        simulation.diary.note("ticket", at[where], customer=customer[where],
                              contract=np.full(int(where.sum()), contract),
                              reason=np.full(int(where.sum()), topic),
                              channel=channel[where])  # fmt: skip

    lateness: Floats = np.minimum(late / DAY, 5)
    satisfaction = (
        0.55 - 0.5 * is_late - 0.3 * lateness - 1.7 * is_faulty - 1.5 * bought.out_of_stock
    )
    felt_at = np.where(arrived, delivered, ordered + DAY)
    simulation.note_mood(felt_at, customer, 0.5 * satisfaction)
    speaks = arrived & (rng.random(count) < 0.12 + 0.1 * is_late + 0.15 * is_faulty)
    said_at = felt_at + DAY + (rng.exponential(5, count) * DAY).astype(np.int64)
    simulation.diary.note(
        "opinion", said_at[speaks], customer=customer[speaks], order=order[speaks],
        product=product[speaks], marketplace=marketplace[speaks],
        satisfaction=np.rint(satisfaction[speaks] * 100).astype(np.int64),
    )  # fmt: skip
    is_asked = arrived & (rng.random(count) < 0.2)
    simulation.ask(
        felt_at + rng.integers(DAY, 4 * DAY, count), where=is_asked, satisfaction=satisfaction,
        kind=np.where(rng.random(count) < 0.7, 0, 1), customer=customer, order=order,
    )  # fmt: skip
