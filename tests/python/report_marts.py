"""Rows of the marts that the report's pictures read: few, each with a figure to look for."""

from __future__ import annotations

from typing import Any

import duckdb

from report_warehouse import HOSTILE, RIGHT_TO_LEFT

Row = dict[str, Any]

# Channels, platforms and agents by the names that hurt most.
NAMES = [HOSTILE, RIGHT_TO_LEFT, "datum.x", "a.b[c]", "it's", 'say "no"\n']
LONG = "long " * 1000  # one alone, as its letters are measured one by one


def insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: Row) -> None:
    for row in rows:
        columns = ", ".join(f"? as {name}" for name in row)
        connection.execute(
            f"insert into marts.{table} by name select {columns}", list(row.values())
        )


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Put in each table what its picture must make something of."""
    month: Row = {"grain": "month", "period_start": "2026-10-01"}
    year: Row = {"grain": "year", "period_start": "2026-01-01"}
    whole: Row = {"dimension": "all", "dimension_value": "all"}
    hour: Row = {"weekday": 1, "hour_of_day": 9, "day_count": 4}
    insert(
        connection,
        "mart_calls_by_hour",
        {**month, **whole, **hour, "inbound_count": 10, "calls_per_day": 2.5,
         "abandon_rate": 0.3, "average_wait_time": 61.6},
        *(
            {**grain, "dimension": "client", "dimension_value": f"client {n}", **hour,
             "inbound_count": n, "calls_per_day": n / 4}
            for n in range(1, 4) for grain in (month, year)
        ),
        {**year, **whole, **hour, "hour_of_day": 21, "inbound_count": 10, "calls_per_day": 0.2},
    )  # fmt: skip
    insert(
        connection,
        "kpi_catalogue",
        {"kpi_key": "service_level", "label_en": "Service level", "label_fr": "TSF"},
        {"kpi_key": "customer_satisfaction_score", "label_en": "CSAT", "target": 0.7},
    )
    promise: Row = {
        **month, "kpi_key": "service_level", "target": 0.8, "is_complete": True, "sample_size": 50,
    }  # fmt: skip
    insert(
        connection,
        "mart_sla_compliance",
        {**promise, "client": "acme", "service": "hotline", "dimension": "contract",
         "dimension_value": "acme / hotline", "value": 0.7, "ci_low": 0.6, "difference": -0.1,
         "status": "missed"},
        {**promise, "client": "acme", "dimension": "client", "dimension_value": "acme",
         "value": 0.9, "ci_low": 0.85, "difference": 0.1, "status": "met"},
    )  # fmt: skip
    insert(
        connection,
        "kpi_values",
        *(
            {**year, "kpi_key": "calls_offered", "dimension": dimension, "dimension_value": value}
            for dimension, value in (
                *(("client", name) for name in ("client 1", "client 2", "acme")),
                ("contract", "acme / hotline"),
            )
        ),
    )
    handled: Row = {"contract": "acme / hotline", "client": "acme", "service": "hotline"}
    insert(connection, "fct_tickets", handled)
    solved: Row = {
        **month, "kpi_key": "first_call_resolution", "value_of_all": 0.75, "sample_size": 50,
    }  # fmt: skip
    insert(
        connection,
        "mart_agents_beside_all",
        {**solved, "agent": "as all", "value": 0.8, "ci_low": 0.7, "ci_high": 0.88,
         "is_beyond_chance": False},
        {**solved, "agent": "worse", "value": 0.5, "ci_low": 0.36, "ci_high": 0.63,
         "is_beyond_chance": True},
        *({**solved, "agent": name, "value": 0.75} for name in (*NAMES, LONG)),
    )  # fmt: skip
    insert(
        connection,
        "mart_peak_vs_regular",
        {**month, "kpi_key": "calls_offered", "day_type": "promotion", "day_count": 2,
         "ratio_to_regular": 1.75},
        {**month, "kpi_key": "service_level", "day_type": "promotion", "day_count": 2,
         "ratio_to_regular": 0.5, "is_beyond_chance": False},
    )  # fmt: skip
    times: Row = {**month, "dimension": "channel", "sample_size": 8}
    insert(
        connection,
        "kpi_values",
        *(
            {**times, "kpi_key": key, "dimension_value": name, "value": value}
            for name, values in (("chat", (5, 60, 600, 900)), *((n, (0, 9, 9, 9)) for n in NAMES))
            for key, value in zip(
                ("median_first_response_time", "p90_first_response_time",
                 "median_resolution_time", "p90_resolution_time"), values, strict=True,
            )
        ),
        *({**times, "kpi_key": "customer_satisfaction_score", "dimension_value": name,
           "value": 0.5, "ci_low": 0.3, "ci_high": 0.7, "is_complete": True}
          for name in ("chat", *NAMES)),
        *({**times, "kpi_key": "average_rating", "dimension": "platform", "dimension_value": name,
           "value": 4.5, "is_complete": True} for name in NAMES),
        {**times, "kpi_key": "journey_resolution", "dimension": "path",
         "dimension_value": "email > phone", "numerator": 3, "denominator": 4, "value": 0.75},
        {**times, "kpi_key": "journey_resolution", "dimension": "path",
         "dimension_value": "phone", "numerator": 9, "denominator": 9, "value": 1},
    )  # fmt: skip
    insert(
        connection,
        "dim_request_types",
        {"request_type": "invoice", "label_en": "Invoice", "label_fr": "Facture"},
    )
    for grain in (month, year):
        mix: Row = {**grain, **whole}
        insert(
            connection,
            "mart_request_mix",
            {**mix, "request_type": "invoice", "is_self_care": True, "contact_count": 5,
             "share_of_contacts": 0.5},
            {**mix, "request_type": "complaint", "is_self_care": False, "contact_count": 3,
             "share_of_contacts": 0.3},
            {**mix, "request_type": "(none)", "contact_count": 2, "share_of_contacts": 0.2},
        )  # fmt: skip
        insert(
            connection,
            "mart_channel_demand",
            *({**grain, "channel": name, "request_type": "invoice", "contact_count": 1,
               "share_of_channel": 1} for name in NAMES),
        )  # fmt: skip
        step: Row = {**grain, **whole, "channel": "email", "channel_contact_count": 10}
        insert(
            connection,
            "mart_channel_steps",
            {**step, "next_channel": "phone", "contact_count": 3, "share_of_channel": 0.3},
            {**step, "is_end_resolved": True, "contact_count": 6, "share_of_channel": 0.6},
            {**step, "is_end_resolved": False, "contact_count": 1, "share_of_channel": 0.1},
            {**step, "channel": "phone", "is_end_resolved": True, "contact_count": 90,
             "share_of_channel": 1},
        )  # fmt: skip
    insert(
        connection,
        "mart_effort_drivers",
        *({"effort": "transferred", "kpi_key": key, "answers_with": 9, "value_with": 0.5,
           "answers_without": 20, "value_without": 0.8, "difference": -0.3,
           "is_beyond_chance": True}
          for key in ("customer_satisfaction_score", "net_promoter_score",
                      "customer_effort_score", "customer_effort_score_v2")),
    )  # fmt: skip
    insert(
        connection,
        "mart_review_bursts",
        *({"platform": name, "posted_on": "2026-10-05", "review_count": 30, "mean_before": 2.0,
           "deviation_before": 1.0, "is_burst": True} for name in NAMES),
        {"platform": "forum", "posted_on": "2026-10-04", "review_count": 1},
        {"platform": "forum", "posted_on": "2025-10-05", "review_count": 1},
        {"platform": "forum", "posted_on": "2025-10-04", "review_count": 1},
    )  # fmt: skip
    insert(
        connection,
        "mart_retention_cohorts",
        {"grain": "month", "cohort_start": "2026-09-01", "period_start": "2026-10-01",
         "period_number": 1, "customer_count": 4, "active_count": 3, "active_share": 0.75,
         "is_complete": True},
    )  # fmt: skip
