"""Subscriptions: terms begin, are renewed, lapse or are cancelled early, by how customers feel."""

from __future__ import annotations

import numpy as np

from service_kpis.generating.diary import Batch, pick
from service_kpis.generating.seasons import DAY, Ints
from service_kpis.generating.simulation import TERM, Simulation
from service_kpis.generating.world import NONE

PLANS = 3
PLAN_SHARE = (0.45, 0.3, 0.25)
LENGTH_DAYS = np.array([30, 30, 365])
PRICE = np.array([990, 1990, 17_900])


def begin_subscriptions(simulation: Simulation) -> None:
    """Begin what runs already on the first day, and note when new customers will subscribe."""
    rng, calendar, customers = simulation.rng, simulation.calendar, simulation.customers
    subscribes = np.flatnonzero(rng.random(len(customers.acquired_on)) < 0.45)
    plan = rng.choice(PLANS, len(subscribes), p=PLAN_SHARE)
    since = customers.acquired_on[subscribes] + rng.integers(0, 60, len(subscribes))
    length = LENGTH_DAYS[plan]
    elapsed = np.maximum(calendar.first_day - since, 0) // length
    starts_on = since + elapsed * length
    rows = starts_on < calendar.first_day + calendar.days
    count = int(rows.sum())
    terms = new_terms(
        customer=subscribes[rows], subscription=simulation.new_ids("subscription", count),
        term=1 + elapsed[rows], plan=plan[rows], starts_on=starts_on[rows],
    )  # fmt: skip
    is_running = terms["starts_on"] < calendar.first_day
    enter(simulation, carry_over(pick(terms, is_running), calendar.first_day), calendar.first_day)
    later = pick(terms, ~is_running)
    simulation.diary.note(
        "starting", later["starts_on"] * DAY, **{name: later[name] for name in TERM}
    )


def carry_over(terms: Batch, first_day: int) -> Batch:
    """Cut running terms to what is left of them, as a billing system that is new on that day would.

    Told whole, they would be a past in which nobody ever left: those who did are in no sample.
    """
    left = terms["ends_on"] - first_day
    amount = terms["amount"] * left // LENGTH_DAYS[terms["plan"]]
    starts_on = np.full(len(left), first_day)
    return terms | {"term": np.ones_like(left), "starts_on": starts_on, "amount": amount}


def new_terms(
    *, customer: Ints, subscription: Ints, term: Ints, plan: Ints, starts_on: Ints
) -> Batch:
    """Make terms of their plan's length and price."""
    return {
        "customer": customer, "subscription": subscription, "term": term, "plan": plan,
        "starts_on": starts_on, "ends_on": starts_on + LENGTH_DAYS[plan], "amount": PRICE[plan],
    }  # fmt: skip


def enter(simulation: Simulation, terms: Batch, day_since_1970: int) -> None:
    """Note for terms that run when their customers will think about them.

    A term is written once that thought has passed, or now where it comes after the sample's end.
    """
    rng, count = simulation.rng, len(terms["customer"])
    left = np.maximum(terms["ends_on"] - day_since_1970, 1)
    thinks_on = day_since_1970 + (left * rng.random(count)).astype(np.int64)
    simulation.diary.note("thinking", thinks_on * DAY, **terms)
    write_terms(simulation, pick(terms, thinks_on * DAY >= simulation.calendar.end), NONE)


def play_subscriptions(simulation: Simulation, day: int) -> None:
    """Begin, cancel, end and renew the terms of a day."""
    rng, calendar, diary = simulation.rng, simulation.calendar, simulation.diary
    today = calendar.first_day + day
    ending = diary.take("ending", day, TERM)
    mood = simulation.mood_of(ending["customer"])
    is_yearly = ending["plan"] == PLANS - 1
    lapses = rng.random(len(mood)) < np.clip(
        np.where(is_yearly, 0.14, 0.021) * np.exp(-1.2 * mood), 0, 0.9
    )
    renewed = pick(ending, ~lapses)
    # Some take a few days to pay again; the next term starts when they do.
    pause = np.where(
        rng.random(len(renewed["at"])) < 0.05, rng.integers(1, 25, len(renewed["at"])), 0
    )
    next_terms = new_terms(
        customer=renewed["customer"], subscription=renewed["subscription"],
        term=renewed["term"] + 1, plan=renewed["plan"], starts_on=today + pause,
    )  # fmt: skip
    diary.note("starting", next_terms["starts_on"] * DAY, **next_terms)
    started = diary.take("starting", day, TERM)
    enter(simulation, {name: started[name] for name in TERM}, today)

    thinking = diary.take("thinking", day, TERM)
    mood = simulation.mood_of(thinking["customer"])
    chance = 0.006 * np.exp(-1.2 * mood)
    cancels = (rng.random(len(mood)) < np.clip(chance, 0, 0.5)) & (today > thinking["starts_on"])
    write_terms(simulation, pick(thinking, cancels), today)
    going_on = pick(thinking, ~cancels)
    write_terms(simulation, going_on, NONE)
    ends_at = np.maximum(going_on["ends_on"], today + 1) * DAY
    diary.note("ending", ends_at, **{name: going_on[name] for name in TERM})


def write_terms(simulation: Simulation, terms: Batch, cancelled_on: int) -> None:
    """Write terms, cancelled on a day (days since 1970) or not at all (`NONE`)."""
    count = len(terms["customer"])
    simulation.sink.add(
        "subscriptions", subscription_id=terms["subscription"], term_number=terms["term"],
        customer_id=terms["customer"], plan=terms["plan"], starts_on=terms["starts_on"],
        ends_on=terms["ends_on"], cancelled_on=np.full(count, cancelled_on),
        amount=terms["amount"],
    )  # fmt: skip
