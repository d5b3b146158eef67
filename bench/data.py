"""The files that the benchmark lands: a year of a contact centre, and a further day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

TABLES = (
    *("calls", "tickets", "ticket_events", "surveys", "reviews"),
    *("orders", "order_items", "order_claims", "subscriptions", "products"),
    *("customers", "customer_identifiers", "agents", "agent_absences"),
)
FORMATS = ("csv", "parquet")
ENDS_ON = date(2026, 1, 1)
"""The day after the last of the year, so that more days go further back."""
HORIZON_DAYS = 40
"""For so long may a ticket, an order or a survey go on changing."""
PERSONS_PER_CALL = 0.2
_SQL = Path(__file__).with_name("data.sql")


@dataclass(frozen=True)
class Size:
    """How much is drawn: calls over so many days, told of by files of a format."""

    calls: int
    days: int
    seed: int
    format: str

    @property
    def calls_per_day(self) -> int:
        return max(self.calls // self.days, 1)


def write(folder: Path, size: Size, first_day: int, last_day: int) -> dict[str, int]:
    """Write the source of what happens on the days from `first_day` until before `last_day`.

    Gives the rows of each table; one without any has no file. Files that are there stay: they
    are the same.
    """
    source = folder / "source.yml"
    counts = folder / "rows.csv"
    if not counts.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rows = _write_tables(folder, size, first_day, last_day)
        files = "".join(f"  {name}: {{files: {name}.{size.format}}}\n" for name in rows)
        source.write_text(
            f"name: bench\ntimezone: UTC\ndefault_country: FR\ntables:\n{files}", encoding="utf-8"
        )
        counts.write_text("".join(f"{name},{count}\n" for name, count in rows.items()))
    told = (line.split(",") for line in counts.read_text().splitlines())
    return {name: int(count) for name, count in told}


def _write_tables(folder: Path, size: Size, first_day: int, last_day: int) -> dict[str, int]:
    rows: dict[str, int] = {}
    with duckdb.connect() as connection:
        variables = {
            "seed": size.seed,
            "per_day": size.calls_per_day,
            "persons": int(size.calls * PERSONS_PER_CALL),
            "from_day": first_day,
            "to_day": last_day,
            "horizon": HORIZON_DAYS,
        }
        for name, value in variables.items():
            connection.execute(f"set variable {name} = {value}")
        first_on = ENDS_ON - timedelta(days=size.days)
        connection.execute(f"set variable first_on = timestamp '{first_on}'")
        connection.execute(_SQL.read_text(encoding="utf-8"))
        options = "header" if size.format == "csv" else "compression zstd"
        for table in TABLES:
            path = folder / f"{table}.{size.format}"
            found = connection.execute(f"copy (from {table}()) to '{path}' ({options})").fetchone()
            if found and found[0]:
                rows[table] = found[0]
            else:
                path.unlink()
    return rows
