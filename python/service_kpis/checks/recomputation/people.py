"""Who calls, and what is known of customers and agents."""

from __future__ import annotations

import polars as pl

from service_kpis.checks.recomputation.landed import Landed


def with_caller(landed: Landed, calls: pl.DataFrame) -> pl.DataFrame:
    """Add `caller` (null = withheld) and put the identified customer into `customer_id`.

    The customer that the switch knew wins over the one of the number. Landing's keyed hash stands
    for the caller, as it tells an extension from a customer of the same digits.
    """
    parties = landed.parties()
    customers = parties.filter(pl.col("kind") == "customer").select(
        pl.col("identifier").alias("customer_id"), pl.col("caller_hash").alias("_by_customer")
    )
    numbers = parties.filter(pl.col("kind") == "phone").select(
        pl.col("source_name").alias("_source"),
        pl.col("identifier").alias("caller_number"),
        pl.col("caller_hash").alias("_by_number"),
        pl.col("customer_id").alias("_of_number"),
    )
    return (
        calls.join(customers, on="customer_id", how="left")
        .join(numbers, on=["_source", "caller_number"], how="left")
        .with_columns(
            pl.coalesce("_by_customer", "_by_number").alias("caller"),
            pl.coalesce("customer_id", "_of_number").alias("customer_id"),
        )
        .drop("_by_customer", "_by_number", "_of_number")
    )


def with_customer(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `segment` and `country` of the row's `customer_id`."""
    customers = landed.table("customers").select("customer_id", "segment", "country")
    return rows.join(customers, on="customer_id", how="left")


def with_team(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `team`, which is that of the row's `agent_id`."""
    return rows.join(landed.table("agents").select("agent_id", "team"), on="agent_id", how="left")


def with_request_value(landed: Landed, rows: pl.DataFrame, code: str) -> pl.DataFrame:
    """Add `request_value` of the request type in column `code`, as seed request_types has it."""
    values = landed.seed("request_types").select(
        pl.col("request_type").alias(code), "request_value"
    )
    return rows.join(values, on=code, how="left")
