"""What the dashboard is: its datasets and their metrics, its charts, its filters and its layout.

A metric on a fact is the mean of a verdict, so that any filter still gives the KPI; kpi_values and
kpi_scorecard are read a cell at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

TITLE = "Customer service KPIs"
SLUG = "service_kpis"
DATABASE = "service_kpis"
MONTH = "P1M"
SHARE = ".1%"
NUMBER = ",d"


def known_as(kind: str, name: str) -> str:
    """Give the same UUID each time it is made, so that an import replaces and never doubles."""
    return str(uuid5(NAMESPACE_URL, f"service_kpis/superset/{kind}/{name}"))


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    expression: str
    look: str


@dataclass(frozen=True)
class Dataset:
    """A table of schema marts, as it is."""

    table: str
    day: str | None
    metrics: tuple[Metric, ...]
    description: str


@dataclass(frozen=True)
class Filter:
    column: str
    operator: str
    value: Any = None

    def on_the_page(self) -> dict[str, Any]:
        return {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": self.column,
            "operator": self.operator,
            "comparator": self.value,
        }

    def in_a_query(self) -> dict[str, Any]:
        asked = {"col": self.column, "op": self.operator}
        return asked if self.value is None else {**asked, "val": self.value}


@dataclass(frozen=True)
class Chart:
    """A chart of a dataset: `metrics` by month (`day` = the column of it) and by columns.

    Without metrics it shows the rows of `columns`. `width` is of twelve.
    """

    title: str
    dataset: str
    kind: str
    width: int
    height: int
    metrics: tuple[str, ...] = ()
    day: str | None = None
    by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    look: dict[str, Any] = field(default_factory=dict)


def mean_of(verdict: str) -> str:
    return f"AVG(CAST({verdict} AS INT))"


CELLS = (
    "One cell a row: filter on one kpi_key, grain and dimension ('all' = the whole). Its values "
    "are never summed or averaged over dimensions: 'all' and each of them count the same events."
)

DATASETS = (
    Dataset(
        "kpi_values",
        "period_start",
        (Metric("value_of_cell", "Value", "MAX(value)", ".3s"),),
        CELLS,
    ),
    Dataset("kpi_scorecard", "period_start", (), CELLS),
    Dataset("kpi_catalogue", None, (), "What each KPI is."),
    Dataset(
        "mart_sla_compliance",
        "period_start",
        (
            Metric("difference_to_target", "Value − target", "AVG(difference)", "+.1%"),
            Metric(
                "share_of_periods_met",
                "Periods met",
                "AVG(CASE status WHEN 'met' THEN 1.0 WHEN 'missed' THEN 0.0 END)",
                SHARE,
            ),
        ),
        "What each contract promised and what it got, by period.",
    ),
    Dataset(
        "fct_calls",
        "started_on",
        (
            Metric("service_level", "Service level", mean_of("is_service_level_met"), SHARE),
            Metric(
                "first_call_resolution",
                "First call resolution",
                mean_of("is_first_call_resolved"),
                SHARE,
            ),
        ),
        "One row a call; the mean of a verdict is the KPI, whatever is filtered.",
    ),
    Dataset(
        "fct_tickets",
        "created_on",
        (
            Metric("tickets_created", "Tickets", "SUM(CAST(is_counted AS INT))", NUMBER),
            Metric(
                "response_rate_in_time",
                "Answered in time",
                mean_of("is_answered_in_time"),
                SHARE,
            ),
        ),
        "One row a ticket; those that are not counted (spam …) are in no KPI.",
    ),
    Dataset(
        "fct_surveys",
        "responded_on",
        (Metric("net_promoter_score", "NPS", "AVG(nps_points)", "+.1f"),),
        "One row an invitation; the mean of nps_points is the net promoter score.",
    ),
)

COMPLETE_MONTHS = (Filter("grain", "==", "month"), Filter("is_complete", "IS TRUE"))
WHOLE = Filter("dimension", "==", "all")
COUNTED = Filter("is_counted", "IS TRUE")
LINE = "echarts_timeseries_line"
ROWS: tuple[tuple[Chart, ...], ...] = (
    (
        Chart("Service level", "fct_calls", "big_number_total", 3, 22, ("service_level",)),
        Chart(
            "First call resolution",
            *("fct_calls", "big_number_total", 3, 22),
            metrics=("first_call_resolution",),
        ),
        Chart(
            "Net promoter score",
            *("fct_surveys", "big_number_total", 3, 22),
            metrics=("net_promoter_score",),
        ),
        Chart("Tickets", "fct_tickets", "big_number_total", 3, 22, ("tickets_created",)),
    ),
    (
        Chart(
            "Headline KPIs by month (all clients, whatever is chosen)",
            *("kpi_values", LINE, 6, 50),
            metrics=("value_of_cell",),
            day="period_start",
            by=("kpi_key",),
            where=(
                *COMPLETE_MONTHS,
                WHOLE,
                Filter(
                    "kpi_key",
                    "IN",
                    [
                        *("answer_rate", "service_level", "first_call_resolution"),
                        *("customer_satisfaction_score", "response_rate_in_time"),
                    ],
                ),
            ),
            look={"y_axis_format": ".0%"},
        ),
        Chart(
            "Service level by month and contract",
            *("fct_calls", LINE, 6, 50),
            metrics=("service_level",),
            day="started_on",
            by=("contract",),
            where=(Filter("is_service_level_met", "IS NOT NULL"),),
            look={"y_axis_format": ".0%"},
        ),
    ),
    (
        Chart(
            "Service level above or below what the contract promises",
            *("mart_sla_compliance", LINE, 6, 50),
            metrics=("difference_to_target",),
            day="period_start",
            by=("client", "service"),
            where=(*COMPLETE_MONTHS, Filter("kpi_key", "==", "service_level")),
            look={"y_axis_format": "+.0%"},
        ),
        Chart(
            "Contracts: share of months in which each promise was kept",
            *("mart_sla_compliance", "table", 6, 50),
            metrics=("share_of_periods_met",),
            by=("client", "service", "kpi_key", "target"),
            where=COMPLETE_MONTHS,
        ),
    ),
    (
        Chart(
            "First call resolution by month and contract",
            *("fct_calls", LINE, 6, 50),
            metrics=("first_call_resolution",),
            day="started_on",
            by=("contract",),
            where=(Filter("is_first_call_resolved", "IS NOT NULL"),),
            look={"y_axis_format": ".0%"},
        ),
        Chart(
            "Net promoter score by month",
            *("fct_surveys", LINE, 6, 50),
            metrics=("net_promoter_score",),
            day="responded_on",
            where=(Filter("nps_points", "IS NOT NULL"),),
            look={"y_axis_format": "+.0f"},
        ),
    ),
    (
        Chart(
            "Tickets by month and channel",
            *("fct_tickets", "echarts_timeseries_bar", 6, 50),
            metrics=("tickets_created",),
            day="created_on",
            by=("channel",),
            where=(COUNTED,),
            look={"stack": "Stack", "y_axis_format": NUMBER},
        ),
        Chart(
            "Tickets answered in time, by month and channel",
            *("fct_tickets", LINE, 6, 50),
            metrics=("response_rate_in_time",),
            day="created_on",
            by=("channel",),
            where=(COUNTED, Filter("is_answered_in_time", "IS NOT NULL")),
            look={"y_axis_format": ".0%"},
        ),
    ),
    (
        Chart(
            "Scorecard of the latest complete month (all clients, whatever is chosen)",
            *("kpi_scorecard", "table", 6, 70),
            columns=(
                *("kpi_key", "period_start", "value", "previous_value"),
                *("is_beyond_chance", "target", "status"),
            ),
            order=("kpi_key",),
            where=(Filter("grain", "==", "month"), WHOLE),
            look={
                "column_config": {
                    column: {"d3NumberFormat": ",.3~f"}
                    for column in ("value", "previous_value", "target")
                }
            },
        ),
        Chart(
            "What each KPI is",
            *("kpi_catalogue", "table", 6, 70),
            columns=("kpi_key", "label_en", "unit", "formula"),
            order=("kpi_key",),
        ),
    ),
)
CHARTS = tuple(chart for row in ROWS for chart in row)

CHOICES = {
    "Client": ("client", {"fct_calls", "fct_tickets", "fct_surveys", "mart_sla_compliance"}),
    "Service": ("service", {"fct_calls", "fct_tickets", "mart_sla_compliance"}),
}
"""The filters: the column of each, and the datasets that have it."""
PERIOD = "Period"

NOTE = (
    "Choose a **client**, a **service** and a **period** at the left; whole months are easiest to "
    "compare. Satisfaction surveys know the client and not the service. Charts that say so always "
    "show all clients. `kpi_catalogue` tells what each KPI is."
)


def dataset_of(chart: Chart) -> Dataset:
    return next(each for each in DATASETS if each.table == chart.dataset)
