"""What happens to the rows of a small house, landing by landing."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from random_sets import SOURCES, Row, Sets, data_sets
from service_kpis.contract import tables
from service_kpis.forgetting.forget import forget
from service_kpis.landing import land
from service_kpis.landing.remove import remove
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse

ELSEWHERE = {
    "01 23 45 67 89": "01 99 45 67 89",
    "+33123456789": "+33199456789",
    "0033123456789": "0033199456789",
    "06 12 34 56 78": "06 99 34 56 78",
    "4711": "4799",
}
HOW = ("correct", "correct", "repeat", "go on", "go on", "replace", "remove", "forget")
# Of every table something stays, of people whom nothing else speaks of; orders in every currency.
STAYS: Sets = {
    "calls": [
        {
            "call_id": "h1",
            "direction": "inbound",
            "caller_number": "01 88 45 67 89",
            "started_at": datetime(2025, 1, 6, 9),
            "ended_at": datetime(2025, 1, 6, 10),
        }
    ],
    "tickets": [
        {
            "ticket_id": "h1",
            "customer_id": "h1",
            "channel": "email",
            "status": "open",
            "created_at": datetime(2025, 1, 6, 9),
        }
    ],
    "ticket_events": [
        {
            "event_id": "h1",
            "ticket_id": "h1",
            "occurred_at": datetime(2025, 1, 6, 10),
            "event": "agent_message",
        }
    ],
    "reviews": [
        {
            "review_id": "h1",
            "customer_id": "h1",
            "platform": "shop",
            "rating": 4,
            "posted_at": datetime(2025, 1, 6, 9),
        }
    ],
    "orders": [
        {
            "order_id": f"h{currency}",
            "customer_id": "h1",
            "status": "delivered",
            "ordered_at": datetime(2025, 1, 6, 9),
            "currency": currency,
            "amount": 10.0,
        }
        for currency in ("EUR", "CHF", None)
    ],
    "order_items": [
        {
            "order_id": "hEUR",
            "line_number": 1,
            "product_id": "h1",
            "quantity": 1,
            "unit_price": 10.0,
        }
    ],
    "products": [{"product_id": "h1", "category": "tea", "list_price": 10.0}],
    "order_claims": [
        {
            "claim_id": "h1",
            "order_id": "hEUR",
            "kind": "chargeback",
            "opened_at": datetime(2025, 1, 7, 9),
        }
    ],
    "subscriptions": [
        {
            "subscription_id": "h1",
            "term_number": 1,
            "customer_id": "h1",
            "starts_on": date(2025, 1, 6),
            "ends_on": date(2025, 2, 6),
            "amount": 31.0,
        }
    ],
    "surveys": [
        {
            "survey_id": "h1",
            "kind": "nps",
            "customer_id": "h1",
            "responded_at": datetime(2025, 1, 6, 9),
            "score": 9,
        }
    ],
    "agents": [{"agent_id": "h1", "team": "blue"}],
    "agent_absences": [
        {"agent_id": "h1", "starts_on": date(2025, 1, 6), "ends_on": date(2025, 1, 7)}
    ],
    "customers": [{"customer_id": "h1", "segment": "basic"}],
    "customer_identifiers": [{"kind": "phone", "value": "01 88 45 67 89", "customer_id": "h1"}],
}


@st.composite
def histories(draw: st.DrawFn) -> tuple[Sets, list[tuple[str, Sets]]]:
    """Draw what lands first, and what happens then, one thing after the other.

    A double of the first rows, of other people, has nothing to do with what happens then. To go on
    is to hear of something that happened later than anything before: time ripens what it may.
    """
    first = draw(data_sets())
    then = draw(st.lists(st.tuples(st.sampled_from(HOW), data_sets()), min_size=1, max_size=3))
    kept = st.integers(0, 2)
    return first, [
        (how, {name: rows[: draw(kept)] for name, rows in sets.items()}) for how, sets in then
    ]


def staying(table: str) -> list[Row]:
    return [{**row, "_source": "s1"} for row in STAYS[table]]


def happen(warehouse: Warehouse, files: Path, held: Sets, how: str, rows: Sets) -> None:
    """Correct or add rows, go on, replace all by what is left, remove a source, erase somebody.

    Or land again what a source told.
    """
    if how == "repeat":
        told = {
            name: [row for row in table if row["_source"] == "s1"] for name, table in held.items()
        }
        land_sets(warehouse, files, told)
        return
    if how == "forget":
        if any(row.get("customer_id") == "c1" for table in held.values() for row in table):
            forget(warehouse, "c1", Progress(is_plain=True))
        return
    if how == "remove":
        if any(row["_source"] == "s2" for table in held.values() for row in table):
            remove(warehouse, "s2")
        for name in held:
            held[name] = [row for row in held[name] if row["_source"] != "s2"]
        return
    if how == "go on":
        later = datetime(2027, 1, 1) + timedelta(days=10 * len(held["calls"]))
        rows["calls"].append(
            {
                **STAYS["calls"][0],
                "call_id": f"h{later}",
                "_source": "s1",
                "started_at": later,
                "ended_at": later,
            }
        )
    for name, new in rows.items():
        key = ["_source", *tables()[name].key]
        standing = {tuple(row[k] for k in key): row for row in held[name]}
        standing |= {tuple(row[k] for k in key): row for row in new}
        held[name] = list(standing.values())
    if how == "replace":
        for name in held:
            held[name] = [*held[name][::2], *staying(name)]
        land_sets(warehouse, files, held, mode="replace")
    else:
        land_sets(warehouse, files, rows)


def land_sets(warehouse: Warehouse, files: Path, sets: Sets, mode: str = "upsert") -> None:
    """Write what each source tells as CSV files, and land them."""
    for source in SOURCES:
        folder = files / source
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        told = {
            name: [
                {k: v for k, v in row.items() if k != "_source"}
                for row in rows
                if row["_source"] == source
            ]
            for name, rows in sets.items()
        }
        told = {name: rows for name, rows in told.items() if rows}
        for name, rows in told.items():
            frame = pl.DataFrame(rows, infer_schema_length=None)
            frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S%.6f")
        listed = "".join(f"  {name}: {{files: {name}.csv, mode: {mode}}}\n" for name in told)
        (folder / "source.yml").write_text(
            f"name: {source}\ntimezone: UTC\ndefault_country: FR\ntables:\n{listed}"
        )
        if told:
            land(warehouse, [folder])


def elsewhere(rows: list[Row]) -> list[Row]:
    """Tell the same of people, calls, tickets and orders that have nothing to do with the first."""
    return [
        {
            column: f"x{value}"
            if column.endswith("_id") and column not in ("agent_id", "product_id") and value
            else f"x{value}"
            if column == "callback_of" and value
            else ELSEWHERE.get(value, value)
            if column in ("caller_number", "value")
            else value
            for column, value in row.items()
        }
        for row in rows
    ]
