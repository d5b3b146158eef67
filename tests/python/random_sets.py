"""Small random data sets that the raw contract allows, drawn towards the edges of the definitions.

Few people, numbers, agents and codes, so that they meet; times that lie exactly one window apart,
at local midnights, at clock changes and at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl
from hypothesis import strategies as st

from compiled_models import know_people
from service_kpis.contract import tables

Row = dict[str, Any]
Sets = dict[str, list[Row]]
Strategy = st.SearchStrategy

SOURCES = ("s1", "s2")
CUSTOMERS = ("c1", "c2", "c3", "4711")
NUMBERS = ("01 23 45 67 89", "+33123456789", "0033123456789", "06 12 34 56 78", "4711", "anonymous")
MAYBE_CUSTOMER = st.sampled_from([None, *CUSTOMERS])
AGENTS = st.sampled_from([None, "a1", "a2", "a9"])
CLIENTS = st.sampled_from([None, "acme", "globex"])
SERVICES = st.sampled_from([None, "hotline", "after_sales"])
REQUESTS = st.sampled_from([None, "order_status", "return", "mystery"])
IDS = [str(number) for number in range(1, 13)]

# A Friday before both of 2025's clock changes in Europe, new year, a promotion and a holiday.
ANCHORS = (
    datetime(2025, 3, 28),
    datetime(2025, 10, 24),
    datetime(2024, 12, 30),
    datetime(2025, 11, 28),
    datetime(2025, 5, 1),
)
SECONDS_OF_DAY = (0, 1, 3_600, 7_199, 7_200, 39_600, 79_199, 79_200, 82_799, 82_800, 86_399)
DAYS = (0, 0, 0, 1, 2, 3, 6, 7, 8, 14, 29, 30, 31, 60, 61, 90, 91, 364, 365, 366)
WAITS = (0, 0.5, 1, 4, 4.999, 5, 6, 19, 20, 20.000001, 21, 60, 300, 301, 3_600)
LATER = (
    0,
    1,
    3_600,
    86_399,
    86_400,
    86_401,
    172_800,
    259_200,
    259_201,
    604_800,
    691_200,
    5_184_000,
)
DATES = st.builds(
    lambda anchor, days: (anchor + timedelta(days=days)).date(),
    st.sampled_from(ANCHORS),
    st.sampled_from(DAYS),
)


def moments() -> Strategy[datetime]:
    return st.builds(
        lambda anchor, days, seconds: anchor + timedelta(days=days, seconds=seconds),
        st.sampled_from(ANCHORS[:2]) | st.sampled_from(ANCHORS),
        st.sampled_from(DAYS),
        st.sampled_from(SECONDS_OF_DAY) | st.integers(0, 86_399),
    )


def after(moment: datetime, seconds: tuple[float, ...]) -> Strategy[datetime]:
    return st.sampled_from(seconds).map(lambda each: moment + timedelta(seconds=each))


def maybe(strategy: Strategy[Any]) -> Strategy[Any]:
    return st.none() | strategy


@st.composite
def calls(draw: Callable[..., Any]) -> Row:
    """Draw a call with its times in order, and its hold within its talk."""
    is_inbound = draw(st.integers(0, 4)) > 0
    started = draw(moments())
    queued = draw(maybe(after(started, WAITS)))
    answered = draw(maybe(after(queued or started, WAITS)))
    ended = draw(after(answered or queued or started, WAITS))
    talk = int((ended - answered).total_seconds()) if answered else 0
    return {
        "direction": "inbound" if is_inbound else "outbound",
        "customer_id": draw(st.none() | MAYBE_CUSTOMER),
        "caller_number": draw(maybe(st.sampled_from(NUMBERS))),
        "client": draw(CLIENTS),
        "service": draw(SERVICES),
        "queue": draw(st.sampled_from([None, "q1"])),
        "agent_id": draw(AGENTS),
        "reason": draw(REQUESTS),
        "started_at": started,
        "queued_at": queued,
        "answered_at": answered,
        "ended_at": ended,
        "hold_seconds": draw(maybe(st.integers(0, talk))),
        "wrap_up_seconds": draw(maybe(st.sampled_from([0, 30, 61]))),
        "case_closed_at": draw(maybe(moments() | after(started, LATER))),
        "transfers": draw(st.sampled_from([None, 0, 1, 2])),
        "callback_requested_at": draw(maybe(after(started, WAITS))),
        "callback_of": None if is_inbound else draw(maybe(st.sampled_from(IDS))),
        "ticket_id": draw(maybe(st.sampled_from(IDS))),
        "is_resolved": draw(st.sampled_from([None, None, True, False])),
    }


@st.composite
def tickets(draw: Callable[..., Any]) -> Row:
    created = draw(moments())
    return {
        "customer_id": draw(MAYBE_CUSTOMER),
        "client": draw(CLIENTS),
        "service": draw(SERVICES),
        "channel": draw(st.sampled_from(["email", "phone", "chat", "facebook", "form"])),
        "request_type": draw(REQUESTS),
        "complexity": draw(st.sampled_from([None, "low", "high"])),
        "priority": draw(st.sampled_from([None, "normal", "urgent"])),
        "team": draw(st.sampled_from([None, "blue", "red"])),
        "agent_id": draw(AGENTS),
        "status": draw(
            st.sampled_from(["open", "pending", "resolved", "closed", "resolved", "spam", "merged"])
        ),
        "created_at": created,
        "first_response_at": draw(maybe(after(created, (-60, *WAITS, *LATER)))),
        "resolved_at": draw(maybe(after(created, (-60, *WAITS, *LATER)))),
        "closed_at": draw(maybe(after(created, (-60, *WAITS, *LATER)))),
        "reopens": draw(st.sampled_from([None, 0, 1])),
        "merged_into": None,
    }


@st.composite
def ticket_events(draw: Callable[..., Any], of: list[Row]) -> Row:
    told = draw(st.sampled_from(of)) if of else {"ticket_id": "1", "created_at": ANCHORS[0]}
    contract = tables()["ticket_events"]
    return {
        "ticket_id": draw(st.sampled_from([told["ticket_id"], told["ticket_id"], *IDS[:3]])),
        "occurred_at": draw(after(told["created_at"], (-1, *WAITS, *LATER))),
        "event": draw(st.sampled_from(contract.column("event").values)),
        "channel": draw(st.sampled_from([None, "email"])),
        "agent_id": draw(AGENTS),
        "team": draw(st.sampled_from([None, "blue"])),
    }


@st.composite
def reviews(draw: Callable[..., Any]) -> Row:
    scale = draw(st.sampled_from([None, 5, 10, 2]))
    posted = draw(moments())
    return {
        "kind": draw(st.sampled_from([None, "review", "review", "social_post", "referral"])),
        "customer_id": draw(MAYBE_CUSTOMER),
        "order_id": draw(maybe(st.sampled_from(IDS))),
        "product_id": draw(st.sampled_from([None, "p1"])),
        "platform": draw(st.sampled_from(["shop", "portal"])),
        "rating": draw(maybe(st.integers(2, 2 * (scale or 5)).map(lambda halves: halves / 2))),
        "rating_scale": scale,
        "posted_at": posted,
        "removed_at": draw(st.none() | st.none() | after(posted, LATER)),
    }


@st.composite
def orders(draw: Callable[..., Any]) -> Row:
    ordered = draw(moments())
    return {
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "marketplace": draw(st.sampled_from([None, "shop", "bazaar"])),
        "fulfilled_by": draw(st.sampled_from([None, "merchant", "marketplace"])),
        "status": draw(st.sampled_from(tables()["orders"].column("status").values)),
        "ordered_at": ordered,
        "ship_by": draw(maybe(after(ordered, LATER))),
        "shipped_at": draw(maybe(after(ordered, LATER))),
        "deliver_by": draw(maybe(after(ordered, LATER))),
        "delivered_at": draw(maybe(after(ordered, LATER))),
        "cancelled_at": draw(maybe(after(ordered, LATER))),
        "cancelled_by": draw(st.sampled_from([None, "customer", "merchant"])),
        "currency": draw(st.sampled_from([None, "EUR", "EUR", "CHF"])),
        "amount": draw(st.sampled_from([0.0, 10.0, 19.99, 250.5])),
    }


@st.composite
def surveys(draw: Callable[..., Any]) -> Row:
    kind = draw(st.sampled_from(["nps", "nps", "csat", "ces", "ces_v2"]))
    scale = draw(st.sampled_from([None, 3, 5, 10])) if kind == "csat" else None
    best = {"nps": 10, "ces": 5, "ces_v2": 7}.get(kind, scale or 5)
    sent = draw(maybe(moments()))
    responded = draw(maybe(after(sent, (-60, *LATER)) if sent else moments()))
    scores = st.integers(0 if kind == "nps" else 1, best)
    halves = st.sampled_from([6.5, 8.5]) if kind == "nps" else scores
    return {
        "kind": kind,
        "customer_id": draw(MAYBE_CUSTOMER),
        "client": draw(CLIENTS),
        "channel": draw(st.sampled_from([None, "phone", "email"])),
        "agent_id": draw(AGENTS),
        "call_id": draw(maybe(st.sampled_from(IDS))),
        "ticket_id": draw(maybe(st.sampled_from(IDS))),
        "order_id": draw(maybe(st.sampled_from(IDS))),
        "sent_at": sent,
        "responded_at": responded,
        "score": draw(maybe(scores | scores | halves)) if responded else None,
        "scale_max": scale,
    }


@st.composite
def subscriptions(draw: Callable[..., Any]) -> Row:
    starts = draw(DATES)
    spans = st.sampled_from([-1, 0, 1, 30, 31, 90, 365])
    return {
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "plan": None,
        "starts_on": starts,
        "ends_on": starts + timedelta(days=draw(spans)),
        "cancelled_on": draw(maybe(spans.map(lambda days: starts + timedelta(days=days)))),
        "amount": draw(st.sampled_from([None, 0.0, 36.5, 120.0])),
    }


@st.composite
def claims(draw: Callable[..., Any]) -> Row:
    return {
        "order_id": draw(st.sampled_from(IDS)),
        "kind": draw(st.sampled_from(tables()["order_claims"].column("kind").values)),
        "opened_at": draw(moments()),
        "is_denied": draw(st.sampled_from([None, True, False])),
    }


def lines() -> Strategy[Row]:
    return st.fixed_dictionaries(
        {
            "product_id": st.sampled_from(["p1", "p2", "p3", "p4", "p9"]),
            "quantity": st.integers(1, 3),
            "unit_price": st.sampled_from([0.0, 5.0, 9.99]),
        }
    )


def products() -> Strategy[Row]:
    return st.fixed_dictionaries(
        {
            "category": st.sampled_from([None, "tea", "pots"]),
            "family": st.sampled_from([None, "f1", "f2"]),
            "list_price": st.sampled_from([None, 5.0, 9.99, 10.0, 20.0]),
            "lifetime": st.sampled_from([None, "consumable", "durable"]),
        }
    )


def customers() -> Strategy[Row]:
    return st.fixed_dictionaries(
        {
            "segment": st.sampled_from([None, "premium", "basic"]),
            "country": st.sampled_from([None, "FR", "de"]),
            "acquired_on": st.none(),
        }
    )


def agents() -> Strategy[Row]:
    return st.fixed_dictionaries(
        {
            "team": st.sampled_from([None, "blue", "red"]),
            "client": CLIENTS,
            "started_on": maybe(DATES),
            "left_on": maybe(DATES),
        }
    )


def absences() -> Strategy[Row]:
    return st.fixed_dictionaries({"ends_on": DATES, "kind": st.just("vacation")})


@st.composite
def data_sets(draw: Callable[..., Any]) -> Sets:
    """Draw rows of every table, which may be absent, by two sources that share ids."""

    def keyed(row: Strategy[Row], *names: str, **keys: Strategy[Any]) -> list[Row]:
        """Draw rows of a table whose key is `names`, each of which keys draws."""
        drawn = draw(
            st.just([])
            | st.lists(
                st.tuples(
                    st.fixed_dictionaries({"_source": st.sampled_from(SOURCES), **keys}), row
                ),
                unique_by=lambda pair: tuple(sorted(pair[0].items())),
                max_size=12,
            )
        )
        return [{**key, **rest} for key, rest in drawn]

    ids = st.sampled_from(IDS)
    small = st.integers(1, 3)
    the_tickets = keyed(tickets(), ticket_id=ids)
    return {
        "calls": keyed(calls(), call_id=ids),
        "tickets": the_tickets,
        "ticket_events": keyed(ticket_events(the_tickets), event_id=ids),
        "reviews": keyed(reviews(), review_id=ids),
        "orders": keyed(orders(), order_id=ids),
        "order_items": keyed(lines(), order_id=ids, line_number=small),
        "products": keyed(products(), product_id=st.sampled_from(["p1", "p2", "p3", "p4"])),
        "order_claims": keyed(claims(), claim_id=ids),
        "subscriptions": keyed(
            subscriptions(), subscription_id=st.sampled_from(IDS[:3]), term_number=small
        ),
        "surveys": keyed(surveys(), survey_id=ids),
        "agents": keyed(agents(), agent_id=st.sampled_from(["a1", "a2"])),
        "agent_absences": keyed(
            absences(), agent_id=st.sampled_from(["a1", "a2"]), starts_on=DATES
        ),
        "customers": keyed(customers(), customer_id=st.sampled_from(CUSTOMERS)),
        "customer_identifiers": keyed(
            st.fixed_dictionaries({"customer_id": st.sampled_from(CUSTOMERS)}),
            kind=st.just("phone"),
            value=st.sampled_from(NUMBERS[:5]),
        ),
    }


def land(connection: duckdb.DuckDBPyConnection, sets: Mapping[str, list[Row]]) -> None:
    """Write the rows straight into the raw tables, the second source a day after the first."""
    for name, rows in sets.items():
        if not rows:
            continue
        frame = pl.DataFrame(
            [
                {
                    **row,
                    "_file": f"{name}.csv",
                    "_row": number,
                    "_landed_at": datetime(2028, 1, 1 + SOURCES.index(row["_source"])),
                }
                for number, row in enumerate(rows, start=1)
            ],
            infer_schema_length=None,
        )
        connection.register("drawn", frame.to_arrow())
        connection.execute(f"insert into raw.{name} by name select * from drawn")
        connection.unregister("drawn")
    know_people(connection, *SOURCES)
