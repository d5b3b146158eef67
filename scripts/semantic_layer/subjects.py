"""What the semantic layer is about: facts, what tells them apart, which rows make which sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Subject:
    """What a semantic model is about: the rows of a fact, and what they are told apart by."""

    entity: str
    """What a row is, as in `call__queue`."""
    fact: str
    dimensions: str | tuple[str, ...]
    """The macro that lists them, or they themselves."""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """By which rows are chosen: names and their SQL."""
    also: tuple[str, ...] = ()
    """Columns that are a dimension of some of its KPIs only."""
    key: str = ""
    """What tells a row, where rows of another subject refer to it."""
    refers_to: Mapping[str, str] = field(default_factory=dict)
    """Other subjects' entities and the SQL of their keys."""


@dataclass(frozen=True)
class Sums:
    """Measures of one subject that are dated alike, over the same of its rows."""

    subject: str
    date: str
    measures: str | Mapping[str, Any]
    """The macro that lists them, or they themselves."""
    counted: str = ""
    """The verdict that tells which rows count; empty = all."""
    grain: str = "day"
    prefix: str = ""
    """Of what they and their KPIs are called, where another grain has the plain names."""


SUBJECTS = {
    "calls": Subject(
        "call",
        "fct_calls",
        "call_dimensions",
        {"is_inbound": "is_inbound"},
        key="_source || '/' || call_id",
    ),
    "tickets": Subject(
        "ticket",
        "fct_tickets",
        "ticket_dimensions",
        {"is_counted": "is_counted", "is_resolution": "is_counted and resolved_on is not null"},
        ("resolution_day_type",),
        key="_source || '/' || ticket_id",
    ),
    "email_tickets": Subject("email_ticket", "fct_email_tickets", "email_dimensions"),
    "agent_days": Subject("agent_day", "fct_agent_days", ("agent", "team")),
    "contacts": Subject("contact", "fct_contacts", "contact_dimensions"),
    "journeys": Subject("journey", "mart_customer_journeys", "journey_dimensions"),
    "surveys": Subject(
        "survey",
        "fct_surveys",
        "survey_dimensions",
        {"is_answered": "is_answered", "is_sent": "sent_on is not null"},
        ("sending_day_type",),
        refers_to={
            "call": "call_source || '/' || call_id",
            "ticket": "ticket_source || '/' || ticket_id",
        },
    ),
    "reviews": Subject(
        "review", "fct_reviews", "review_dimensions", {"is_standing": "not is_removed"}
    ),
    "platform_days": Subject("platform_day", "mart_review_bursts", ("platform",)),
    "orders": Subject("order", "fct_orders", "order_dimensions", {"is_sale": "is_sale"}),
    "subscriptions": Subject(
        "subscription", "fct_subscriptions", "customer_dimensions", {"is_ended": "is_ended"}
    ),
    "customer_periods": Subject(
        "customer_period",
        "fct_customer_periods",
        "customer_dimensions",
        {
            f"is_active_at_{grain}_start": f"grain = '{grain}' and is_active_at_start"
            for grain in ("month", "quarter", "year")
        },
    ),
}
BURSTS = {"burst_count": "is_burst", "judged_count": "is_burst is not null"}
CUSTOMERS = "customer_period_measures"
# Of each relation that KPIs divide: the same sums, over the rows of the fact.
PERIODS = {
    "period_calls": [Sums("calls", "started_on", "call_measures", "is_inbound")],
    "period_tickets": [Sums("tickets", "created_on", "ticket_measures", "is_counted")],
    "period_response_percentiles": [
        Sums("tickets", "created_on", "response_percentile_measures", "is_counted")
    ],
    "period_ticket_resolutions": [
        Sums("tickets", "resolved_on", "ticket_resolution_measures", "is_resolution")
    ],
    "period_resolution_percentiles": [
        Sums("tickets", "resolved_on", "resolution_percentile_measures", "is_resolution")
    ],
    "period_email_tickets": [Sums("email_tickets", "created_on", "email_measures")],
    "period_agent_days": [Sums("agent_days", "date_on", "agent_day_measures")],
    "period_contacts": [Sums("contacts", "contacted_on", "contact_measures")],
    "period_journeys": [Sums("journeys", "started_on", "journey_measures")],
    "period_surveys": [Sums("surveys", "responded_on", "survey_measures", "is_answered")],
    "period_invitations": [Sums("surveys", "sent_on", "invitation_measures", "is_sent")],
    "period_reviews": [Sums("reviews", "posted_on", "review_measures", "is_standing")],
    "period_review_bursts": [Sums("platform_days", "posted_on", BURSTS)],
    "period_orders": [Sums("orders", "ordered_on", "order_measures")],
    "period_buyers": [Sums("orders", "ordered_on", "buyer_measures", "is_sale")],
    "period_subscriptions": [
        Sums("subscriptions", "ended_on", "subscription_measures", "is_ended")
    ],
    # A customer of two months is one of the quarter: each length of period has rows of its own.
    "period_customers": [
        Sums(
            *("customer_periods", f"{grain}_on", CUSTOMERS, f"is_active_at_{grain}_start"),
            *(grain, prefix),
        )
        for grain, prefix in (("month", ""), ("quarter", "quarterly_"), ("year", "yearly_"))
    ],
}
