"""Write the simulation's columns of numbers as the contract's tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import numpy as np
import polars as pl
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service_kpis import contract
from service_kpis.generating import world
from service_kpis.generating.diary import Batch, join
from service_kpis.generating.seasons import Ints
from service_kpis.generating.world import NONE

FileFormat = Literal["csv", "parquet"]

ROWS_A_CHUNK = 250_000
"""Rows held in memory before a table's file grows; it bounds memory whatever the size."""

CHANNELS = ("email", "form", "chat", "chatbot", "sms", "phone", "marketplace", "facebook",
            "twitter", "instagram", "whatsapp")  # fmt: skip
MARKETPLACES = ("bazaar", "galleria")
WITHHELD = ("anonymous", "unknown", "restricted", "withheld", "private", "unavailable", "")

# How a column of codes reads, by its name, or by table and name where tables differ.
LABELS: dict[str, tuple[str, ...]] = {
    "direction": ("inbound", "outbound"),
    "client": world.CLIENTS,
    "service": world.SERVICES,
    "queue": world.QUEUES,
    "reason": world.REASONS,
    "request_type": world.REASONS,
    "team": world.TEAMS,
    "channel": CHANNELS,
    "complexity": ("low", "medium", "high"),
    "priority": ("low", "normal", "high", "urgent"),
    "tickets.status": ("new", "open", "pending", "on_hold", "resolved", "closed", "spam",
                       "merged", "deleted"),
    "event": ("customer_message", "agent_message", "internal_note", "auto_reply", "assigned",
              "transferred", "resolved", "reopened", "closed"),
    "reviews.kind": ("review", "social_post", "referral"),
    "platform": ("own_shop", "review_portal", "map_search", "marketplace", "facebook", "twitter"),
    "marketplace": MARKETPLACES,
    "fulfilled_by": ("merchant", "marketplace"),
    "orders.status": ("placed", "shipped", "delivered", "cancelled", "returned"),
    "cancelled_by": ("customer", "merchant"),
    "currency": ("EUR", "GBP", "CHF"),
    "category": world.CATEGORIES,
    "lifetime": ("consumable", "durable"),
    "order_claims.kind": ("guarantee_claim", "chargeback", "return", "complaint"),
    "plan": ("basic_monthly", "plus_monthly", "premium_yearly"),
    "surveys.kind": ("nps", "csat", "ces", "ces_v2"),
    "agent_absences.kind": ("vacation", "sick", "training"),
    "segment": world.SEGMENTS,
    "country": world.COUNTRIES,
    "customer_identifiers.kind": ("phone", "email"),
}  # fmt: skip
# How an id reads: its prefix and the digits that its number is padded to.
IDS = {
    "call_id": ("call_", 7),
    "callback_of": ("call_", 7),
    "customer_id": ("c_", 5),
    "agent_id": ("agent_", 2),
    "ticket_id": ("t_", 6),
    "merged_into": ("t_", 6),
    "event_id": ("e_", 7),
    "review_id": ("r_", 6),
    "order_id": ("o_", 6),
    "product_id": ("p_", 3),
    "claim_id": ("claim_", 5),
    "survey_id": ("s_", 6),
    "subscription_id": ("sub_", 5),
    "family": ("family_", 2),
}
TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "timestamp": pl.Datetime("us"),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "decimal": pl.Decimal(14, 2),
    "boolean": pl.Boolean(),
}


@dataclass
class Sink:
    """The files being written; rows wait in numbers until there are enough to be worth text."""

    folder: Path
    file_format: FileFormat
    waiting: dict[str, list[Batch]] = field(default_factory=dict)
    waiting_rows: Counter[str] = field(default_factory=Counter)
    writers: dict[str, pq.ParquetWriter | IO[bytes]] = field(default_factory=dict)

    def add(self, table: str, **columns: Ints) -> None:
        """Add rows to a table; text columns come as codes, money and decimals in hundredths.

        `NONE` is null everywhere. A telephone number is two columns, `<column>` (E.164 digits)
        and `<column>_spelling`. Columns that are missing are null.
        """
        self.waiting.setdefault(table, []).append(columns)
        self.waiting_rows[table] += len(next(iter(columns.values())))
        if self.waiting_rows[table] >= ROWS_A_CHUNK:
            self.flush(table)

    def flush(self, table: str) -> None:
        """Write the rows that wait, and the header or schema where the file is new."""
        batches = self.waiting.pop(table, [])
        self.waiting_rows[table] = 0
        names = tuple(batches[0]) if batches else ()
        frame = render(table, join(batches, names))
        writer = self.writers.get(table)
        is_new = writer is None
        if writer is None:
            path = self.folder / f"{table}.{self.file_format}"
            arrow_schema = frame.to_arrow().schema
            writer = (
                path.open("wb")
                if self.file_format == "csv"
                else pq.ParquetWriter(path, arrow_schema, compression="zstd")
            )
            self.writers[table] = writer
        if isinstance(writer, pq.ParquetWriter):
            writer.write_table(frame.to_arrow())
        else:
            frame.write_csv(writer, include_header=is_new, datetime_format="%Y-%m-%d %H:%M:%S")

    def close(self) -> None:
        """Write what waits still, of every table of the contract, and close the files."""
        for table in contract.tables():
            if table in self.waiting or table not in self.writers:
                self.flush(table)
        for writer in self.writers.values():
            writer.close()


def render(table: str, columns: Batch) -> pl.DataFrame:
    """Turn a table's numbers into the contract's columns, in its order and types."""
    frame = pl.DataFrame(columns)
    expressions = []
    for column in contract.tables()[table].columns:
        data_type = TYPES[column.data_type]
        if column.name not in columns:
            expressions.append(pl.lit(None, dtype=data_type).alias(column.name))
            continue
        number = pl.when(pl.col(column.name) != NONE).then(pl.col(column.name))
        if column.data_type == "text":
            shown = text_of(table, column.name, number)
        elif column.data_type == "timestamp":
            shown = pl.from_epoch(in_existing_hours(number), time_unit="s").cast(data_type)
        elif column.data_type == "decimal":
            shown = (number / 100).cast(data_type)
        else:
            shown = number.cast(pl.Int32).cast(pl.Date) if column.data_type == "date" else number
            shown = shown.cast(data_type)
        expressions.append(shown.alias(column.name))
    return frame.select(expressions)


def text_of(table: str, name: str, number: pl.Expr) -> pl.Expr:
    """Write codes, ids, names, numbers and addresses out."""
    if name in ("caller_number", "value"):
        return telephone(pl.col(name), pl.col(f"{name}_spelling"))
    if table == "products" and name == "name":
        return pl.format("{} {} mark {}", labelled(pl.col("category"), world.CATEGORIES),
                         pl.col("family"), pl.col("version") + 1)  # fmt: skip
    if name in IDS:
        prefix, width = IDS[name]
        return prefix + number.cast(pl.String).str.zfill(width)
    return labelled(number, LABELS.get(f"{table}.{name}") or LABELS[name])


def labelled(code: pl.Expr, labels: tuple[str, ...]) -> pl.Expr:
    return code.replace_strict(
        pl.Series(range(len(labels))), pl.Series(labels), default=None, return_dtype=pl.String
    )


SPELLINGS = 5
EMAIL = 5


def telephone(number: pl.Expr, spelling: pl.Expr) -> pl.Expr:
    """Spell a number as people and switches do.

    0 `+33639980012` · 1 `0033639980012` · 2 `+33 6 39 98 00 12` · 3 `0639980012` ·
    4 `06 39 98 00 12` (3 and 4 for French numbers alone, others then as 0) · 5 the address of
    customer `number`. A negative number is withheld: `-1 - number` chooses the word.
    """
    digits = number.cast(pl.String)
    is_french = number // 1_000_000_000 == 33
    national = digits.str.slice(2)
    pairs = [national.str.slice(start, 2) for start in (1, 3, 5, 7)]
    in_pairs = pl.concat_str([national.str.slice(0, 1), *pairs], separator=" ")
    return (
        pl.when(number < 0)
        .then(labelled(-1 - number, WITHHELD).replace("", None))
        .when(spelling == EMAIL)
        .then(pl.format("c{}@example.com", digits.str.zfill(5)))
        .when(spelling == 1)
        .then("00" + digits)
        .when(is_french & (spelling == 2))
        .then("+33 " + in_pairs)
        .when(is_french & (spelling == 3))
        .then("0" + national)
        .when(is_french & (spelling == 4))
        .then("0" + in_pairs)
        .otherwise("+" + digits)
    )


def in_existing_hours(seconds: pl.Expr) -> pl.Expr:
    """Move times of the hour that a spring clock change skips to that hour's end.

    The change is on the last Sunday of March, from 2:00 to 3:00 local time; times stay in order.
    """
    at = pl.from_epoch(seconds, time_unit="s")
    is_skipped = (
        (at.dt.month() == 3) & (at.dt.day() > 24) & (at.dt.weekday() == 7) & (at.dt.hour() == 2)
    )
    return pl.when(is_skipped).then(seconds - seconds % 3600 + 3600).otherwise(seconds)


def cut(at: Ints, end: int) -> Ints:
    """Turn what has not happened by `end` into null."""
    return np.where(at < end, at, NONE)
