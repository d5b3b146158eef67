"""What must hold, and what is odd, in the tables that landing writes: read from the contract."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from service_kpis import contract
from service_kpis.contract import Table
from service_kpis.freshness import QUIET_DAYS, event_time, quiet_sources
from service_kpis.outcome import Severity
from service_kpis.sql import identifier, literal
from service_kpis.validation.rules import (
    Rule,
    any_null,
    listed,
    outside,
    repeated,
    rows_where,
)

WHERE_IT_IS = "_source, _file, _row"
# Column: the table and column that it refers to.
REFERENCES = {
    "agent_id": ("agents", "agent_id"),
    "call_id": ("calls", "call_id"),
    "callback_of": ("calls", "call_id"),
    "customer_id": ("customers", "customer_id"),
    "merged_into": ("tickets", "ticket_id"),
    "order_id": ("orders", "order_id"),
    "product_id": ("products", "product_id"),
    "ticket_id": ("tickets", "ticket_id"),
}

# Pairs of columns, earlier and later. A call's own order is landing's to judge.
TIMES_IN_ORDER = {
    "calls": (("started_at", "callback_requested_at"),),
    "tickets": (
        ("created_at", "first_response_at"),
        ("created_at", "resolved_at"),
        ("created_at", "closed_at"),
    ),
    "reviews": (("posted_at", "removed_at"),),
    "orders": (
        ("ordered_at", "shipped_at"),
        ("ordered_at", "delivered_at"),
        ("shipped_at", "delivered_at"),
        ("ordered_at", "cancelled_at"),
    ),
    "subscriptions": (("starts_on", "ends_on"), ("starts_on", "cancelled_on")),
    "surveys": (("sent_at", "responded_at"),),
    "agents": (("started_on", "left_on"),),
    "agent_absences": (("starts_on", "ends_on"),),
}


def raw_rules(filled: Collection[str], *, as_of: str | None, currency: str) -> Iterator[Rule]:
    """Give the rules of the raw tables `filled` with rows; an empty table counts as absent.

    `as_of` is ISO 8601 in UTC, `currency` the var reporting_currency.
    """
    for name, table in contract.tables().items():
        if name not in filled:
            continue
        yield from _contract_rules(table)
        yield from _references(table, filled)
        yield from _times(table)
        if as_of and event_time(table):
            yield _gone_quiet(table, as_of)
        if name == "calls":
            yield _never_queued()
        if name == "orders":
            yield _other_currencies(currency)
    if "parties" in filled:
        yield from _parties()
    if "landings" in filled:
        yield _refused_whole()


def _rule(table: str, what: str, statement: str, breaking: str, severity: Severity) -> Rule:
    return Rule(f"raw.{table}.{what}", "raw", table, severity, statement, breaking)


def _contract_rules(table: Table) -> Iterator[Rule]:
    """Give what landing has already judged: a breach is a defect, and the marts would be wrong."""
    name = table.name
    yield _rule(
        name,
        "key",
        f"in raw.{name} a source has one row for each {' and '.join(table.key)}",
        repeated(("_source", *table.key)),
        "error",
    )
    required = [column.name for column in table.columns if column.is_required]
    yield _rule(
        name,
        "required",
        f"raw.{name} has its required columns filled ({listed(required)})",
        rows_where(any_null(("_source", "_file", "_row", *required)), WHERE_IT_IS),
        "error",
    )
    listed_columns = [column for column in table.columns if column.values]
    if listed_columns:
        yield _rule(
            name,
            "values",
            f"raw.{name} holds the contract's values in {listed(c.name for c in listed_columns)}",
            rows_where(" or ".join(outside(c.name, c.values) for c in listed_columns), WHERE_IT_IS),
            "error",
        )
    bounds = [
        *(f"{identifier(c.name)} < {c.minimum}" for c in table.columns if c.minimum is not None),
        *(f"{identifier(c.name)} <= {c.above}" for c in table.columns if c.above is not None),
    ]
    if bounds:
        yield _rule(
            name,
            "ranges",
            f"raw.{name} keeps its numbers within the contract's ranges",
            rows_where(" or ".join(bounds), WHERE_IT_IS),
            "error",
        )
    for rule in table.rules:
        yield _rule(
            name,
            f"rule_{rule.column}",
            f"no {rule.column} of raw.{name} {rule.reason}",
            rows_where(f"not ({rule.must})", WHERE_IT_IS),
            "error",
        )
    if table.ordered_times:
        yield _rule(
            name,
            "order_of_times",
            f"raw.{name} has its times in order ({', '.join(table.ordered_times)})",
            rows_where(_disorder(table.ordered_times), WHERE_IT_IS),
            "error",
        )


def _disorder(times: tuple[str, ...]) -> str:
    return " or ".join(
        f"{identifier(earlier)} > {identifier(later)}"
        for position, earlier in enumerate(times)
        for later in times[position + 1 :]
    )


def _references(table: Table, filled: Collection[str]) -> Iterator[Rule]:
    """A reference looks in its own source first, then in the only other one that has it."""
    tables = contract.tables()
    for column in (column.name for column in table.columns if column.name in REFERENCES):
        target, key = REFERENCES[column]
        if target not in filled or (target, key) == (table.name, column):
            continue
        keys = f"select {identifier(key)} from raw.{identifier(target)}"
        name = identifier(column)
        if tables[target].is_of_the_house:
            breaking = rows_where(f"{name} not in ({keys})", WHERE_IT_IS)
        else:
            own = f"select _source, {identifier(key)} from raw.{identifier(target)}"
            lost = rows_where(
                f"{name} is not null and (_source, {name}) not in ({own})", f"{WHERE_IT_IS}, {name}"
            )
            one_other = (
                f"{keys} where {identifier(key)} in (select {name} from lost) "
                f"group by {identifier(key)} having count(distinct _source) = 1"
            )
            breaking = (
                f"with lost as ({lost}) "
                f"select {WHERE_IT_IS} from lost where {name} not in ({one_other})"
            )
        yield _rule(
            table.name,
            f"reference_{column}",
            f"each {column} of raw.{table.name} leads to a row of raw.{target}",
            breaking,
            "warn",
        )


def _times(table: Table) -> Iterator[Rule]:
    pairs = TIMES_IN_ORDER.get(table.name, ())
    if pairs:
        told = listed(f"{earlier} before {later}" for earlier, later in pairs)
        condition = " or ".join(f"{identifier(a)} > {identifier(b)}" for a, b in pairs)
        yield _rule(
            table.name,
            "times",
            f"raw.{table.name} has {told}",
            rows_where(condition, WHERE_IT_IS),
            "warn",
        )


def _gone_quiet(table: Table, as_of: str) -> Rule:
    return _rule(
        table.name,
        "gone_quiet",
        f"a source with daily rows in raw.{table.name} has some in the last {QUIET_DAYS} days",
        quiet_sources(table, "{batch}", as_of),
        "warn",
    )


def _never_queued() -> Rule:
    """Without a queued_at of any call, every unanswered one is lost in the menu: 100 % answered."""
    return _rule(
        "calls",
        "never_queued",
        "each source with unanswered calls tells when calls were queued, as without it these count "
        "as lost in the menu (where there is no menu, map queued_at to the start)",
        "select _source, count(*) as calls from {batch} where direction = 'inbound' "
        "group by _source having count(queued_at) = 0 "
        "and count(*) > count(coalesce(answered_at, callback_requested_at))",
        "warn",
    )


def _other_currencies(currency: str) -> Rule:
    """Money KPIs are in the reporting currency, or in the only one that there is."""
    return _rule(
        "orders",
        "currency",
        f"the orders are in {currency} or all in one currency, as money KPIs leave others out",
        rows_where(
            f"currency <> {literal(currency)} and (select count(distinct currency) > 1 "
            "or count(*) > count(currency) from raw.orders)",
            WHERE_IT_IS,
        ),
        "warn",
    )


def _refused_whole() -> Rule:
    """A table of which nothing lands is absent from the marts, and nobody would be told."""
    return _rule(
        "landings",
        "refused_whole",
        "each table of a source's last landing has a row that was not rejected",
        "select source_name, table_name from {batch} "
        "where not contains(table_name, ' (relation ') group by source_name, table_name "
        "having sum(read) > 0 and sum(read) = sum(rejected)",
        "warn",
    )


def _parties() -> Iterator[Rule]:
    yield _rule(
        "parties",
        "key",
        "raw.parties has one row for each source and identifier",
        repeated(("kind", "source_name", "identifier")),
        "error",
    )
    yield _rule(
        "parties",
        "required",
        "raw.parties knows everybody in it by a caller_key and its hash",
        rows_where(
            any_null(("kind", "identifier", "caller_key", "caller_hash")), "kind, source_name"
        ),
        "error",
    )
    yield _rule(
        "parties",
        "hash",
        "a caller_hash of raw.parties stands for one caller_key",
        "select caller_hash from {batch} group by caller_hash "
        "having count(distinct caller_key) > 1",
        "error",
    )
