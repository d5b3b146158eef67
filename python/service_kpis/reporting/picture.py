"""What a picture of the report is: its words, its rows and its chart; the page does the rest.

A module of `reporting/pictures` holds the pictures of one theme and one function,
`pictures(connection) -> list[Picture]`, called with the published file open read-only.

**Rows** are columnar (name → list, all of one length) and are carried once, whatever the choices.
`read_rows` gives them from SQL. The page filters them before the chart sees them:

- Columns `grain` and `period_start` together say of which period a row is. With
  `follows="period"` the chart gets the rows of the chosen period alone, with `follows="grain"`
  those of every period of the chosen grain (a line over time). A grain that the rows don't have
  falls back to the next coarser one that they have (a chosen week to its month), and the page
  says which period is shown. Carry few grains: a picture of 168 cells wants months, quarters and
  years, not days. With `follows="nothing"` the rows are shown as they are.
- Columns `dimension` and `dimension_value` (`all`/`all` or a client, service or contract, as in
  kpi_values) are filtered to the reader's choice. `answers` names the dimensions that the rows
  have beside `all`; for another choice the page shows `all` and says so in words.

**Series.** A picture that shows KPIs over time, as the scorecard has them, carries no rows: it
names them in `series`, and gets rows with `kpi_key`, `kpi` (the label in the reader's language),
`period_start`, `period`, `value`, `low`, `high` (the 95 % interval, null where none), `target`,
`sample_size`, `is_complete`, of the chosen grain and of the chosen client, service or contract.

What the page does to the rows before a chart reads them:

- `period_start` becomes a date (local midnight, so a plain `period_start:T` is right), and
  `period` is added, its name in the reader's language ("October 2026"); `is_chosen` is true in
  the rows of the chosen period;
- codes become words where a `Column` has `words`. Sort by another column than the words.

**The chart** is a function of the language ("en", "fr"), called once for each; it gives an Altair
chart whose data is `ROWS` (the page's named data set). Words in it (titles of axes, legends)
are in that language; nothing else of it may differ. What it leaves to the page:

- colours and fonts: the page's theme sets both, light and dark. Where a chart must name a
  colour it takes one of the names below (`ACCENT`, `GOOD` …), never a literal one;
- numbers: `formatType` is a unit of the catalogue: `alt.Axis(formatType="ratio")`,
  `alt.Tooltip("value:Q", formatType="seconds")`; also `"period"` for a `period_start`, `"hour"`
  for an hour of the day and `"weekday"` (1–7 from Monday);
- width: `width="container"` is set by the page on charts and layers. No facets and no
  concatenation (they have no responsive width): encode by `row`-less means (y, x, xOffset, color).
  Height: `height=alt.Step(22)` for bars by name, else 260 is the page's. On a phone the width is
  about 330: label few ticks, legends stand below (the theme puts them there).

**Columns** head the rows' table for who reads rather than looks: in their order, and only these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import altair as alt
import duckdb

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")

ROWS = alt.NamedData(name="rows")

# The page's colours: $name is replaced by the value of the reader's theme.
INK, QUIET, GRID, PAPER = "$ink", "$quiet", "$grid", "$paper"
ACCENT, SECOND, TARGET = "$accent", "$second", "$target"
GOOD, MIDDLE, BAD = "$good", "$middle", "$bad"

# `text` and `period` beside the catalogue's own units.
Unit = Literal[
    "text", "period", "hour", "weekday", "ratio", "seconds", "count", "points", "score",
    "currency", "per_day", "flag",
]  # fmt: skip
Follows = Literal["period", "grain", "nothing"]
Rows = dict[str, list[Any]]


@dataclass(frozen=True)
class Words:
    """A text in both languages of the report."""

    en: str
    fr: str

    def of(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class Column:
    """A column of a picture's table; `words` write its codes for people."""

    name: str
    label: Words
    unit: Unit = "text"
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """One figure of the page. `kpis` are those whose definitions it links to."""

    key: str
    theme: str
    title: Words
    reading: Words
    kpis: tuple[str, ...]
    chart: Callable[[Language], alt.TopLevelMixin]
    columns: tuple[Column, ...]
    rows: Rows = field(default_factory=dict)
    series: tuple[str, ...] = ()
    follows: Follows = "period"
    answers: tuple[str, ...] = ()


def read_rows(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] = ()) -> Rows:
    """Run a query with bound values and give its columns, written as JSON can hold them.

    Dates become ISO text and fractions keep seven significant digits, more than a figure shows.
    """
    found = connection.execute(sql, values)
    names = [column[0] for column in found.description or []]
    rows = found.fetchall()
    return {name: [plain(row[place]) for row in rows] for place, name in enumerate(names)}


def plain(value: Any) -> Any:
    """Write a value of the published file as JSON has it."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return plain(float(value))
        case float():
            # Whole numbers and large amounts are shown to the last digit.
            short = float(f"{value:.7g}") if abs(value) < 1e6 else round(value)
            return int(short) if float(short).is_integer() else short
    return value
