"""Makes the dashboard in a Superset through its REST API, as a person would by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bi.api import Api
from bi.dashboard import (
    CHARTS,
    CHOICES,
    DATABASE,
    DATASETS,
    LINE,
    MONTH,
    NOTE,
    PERIOD,
    ROWS,
    SLUG,
    TITLE,
    Chart,
    Dataset,
    Filter,
    Metric,
    dataset_of,
    known_as,
)


def uri_of(published: Path) -> str:
    """Give the address of a published file; read-only, as the file is replaced and not changed."""
    return f"duckdb:///{published}?access_mode=read_only"


def make(api: Api, published: Path) -> int:
    """Make the database, its datasets, the charts and the dashboard; gives its id."""
    database = api.post(
        "database/",
        {
            "database_name": DATABASE,
            "sqlalchemy_uri": uri_of(published),
            "expose_in_sqllab": True,
            "uuid": known_as("database", DATABASE),
        },
    )["id"]
    datasets = {each.table: _make_dataset(api, database, each) for each in DATASETS}
    dashboard: int = api.post(
        "dashboard/",
        {
            "dashboard_title": TITLE,
            "slug": SLUG,
            "published": True,
            "uuid": known_as("dashboard", TITLE),
        },
    )["id"]
    charts = {
        each.title: _make_chart(api, each, datasets[each.dataset], dashboard) for each in CHARTS
    }
    api.put(
        f"dashboard/{dashboard}",
        {
            "position_json": json.dumps(_layout(charts)),
            "json_metadata": json.dumps(_metadata(charts, datasets)),
        },
    )
    return dashboard


def _make_dataset(api: Api, database: int, dataset: Dataset) -> int:
    made: int = api.post(
        "dataset/",
        {
            "database": database,
            "schema": "marts",
            "table_name": dataset.table,
            "uuid": known_as("dataset", dataset.table),
        },
    )["id"]
    metrics = [
        {
            "metric_name": metric.name,
            "verbose_name": metric.label,
            "expression": metric.expression,
            "d3format": metric.look,
            "uuid": known_as("metric", f"{dataset.table}/{metric.name}"),
        }
        for metric in dataset.metrics
    ]
    about = {
        "description": dataset.description,
        "metrics": metrics,
        "main_dttm_col": dataset.day,
    }
    api.put(f"dataset/{made}", about)
    return made


def _make_chart(api: Api, chart: Chart, dataset: int, dashboard: int) -> int:
    made: int = api.post(
        "chart/",
        {
            "slice_name": chart.title,
            "viz_type": chart.kind,
            "datasource_id": dataset,
            "datasource_type": "table",
            "params": json.dumps(_on_the_page(chart, dataset)),
            "query_context": json.dumps(_query_context(chart, dataset)),
            "dashboards": [dashboard],
            "uuid": known_as("chart", chart.title),
        },
    )["id"]
    return made


def _filters(chart: Chart) -> list[Filter]:
    day = chart.day or dataset_of(chart).day
    # What the filter of the period acts on.
    period = [Filter(day, "TEMPORAL_RANGE", "No filter")] if day else []
    return [*chart.where, *period]


def _on_the_page(chart: Chart, dataset: int) -> dict[str, Any]:
    """Give what the page draws the chart from."""
    shown: dict[str, Any] = {
        "datasource": f"{dataset}__table",
        "viz_type": chart.kind,
        "adhoc_filters": [each.on_the_page() for each in _filters(chart)],
        "row_limit": 10000,
    }
    if chart.kind == "big_number_total":
        [metric] = _metrics_of(chart)
        return {**shown, "metric": metric.name, "y_axis_format": metric.look}
    if chart.columns:
        order = [json.dumps([column, True]) for column in chart.order]
        return {
            **shown,
            "query_mode": "raw",
            "all_columns": list(chart.columns),
            "order_by_cols": order,
            "table_timestamp_format": "%Y-%m-%d",
            **chart.look,
        }
    shown |= {"metrics": list(chart.metrics), "groupby": list(chart.by)}
    if chart.day is None:
        return {**shown, "query_mode": "aggregate"}
    return {
        **shown,
        "x_axis": chart.day,
        "time_grain_sqla": MONTH,
        "x_axis_time_format": "%b %Y",
        "legendOrientation": "bottom",
        "show_legend": True,
        "rich_tooltip": True,
        "markerEnabled": True,
        "truncateYAxis": chart.kind == LINE,
        **chart.look,
    }


def _metrics_of(chart: Chart) -> list[Metric]:
    return [each for each in dataset_of(chart).metrics if each.name in chart.metrics]


def _query_context(chart: Chart, dataset: int) -> dict[str, Any]:
    """Give what the API answers the chart's figures from, and an e-mailed report, too."""
    columns: list[Any] = [*chart.columns, *chart.by]
    if chart.day is not None:
        month = {
            "columnType": "BASE_AXIS",
            "expressionType": "SQL",
            "label": chart.day,
            "sqlExpression": chart.day,
            "timeGrain": MONTH,
        }
        columns = [month, *columns]
    query: dict[str, Any] = {
        "columns": columns,
        "filters": [each.in_a_query() for each in _filters(chart)],
        "orderby": [[column, True] for column in chart.order],
        "row_limit": 10000,
        "extras": {"time_grain_sqla": MONTH} if chart.day else {},
    }
    if not chart.columns:
        query["metrics"] = list(chart.metrics)
    return {
        "datasource": {"id": dataset, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": _on_the_page(chart, dataset),
        "result_format": "json",
        "result_type": "full",
    }


def _layout(charts: dict[str, int]) -> dict[str, Any]:
    rows = {f"ROW-{number}": row for number, row in enumerate(ROWS, 1)}
    at_the_top = ["ROOT_ID", "GRID_ID"]
    layout: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {
            "type": "GRID",
            "id": "GRID_ID",
            "children": ["ROW-note", *rows],
            "parents": ["ROOT_ID"],
        },
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": TITLE}},
        "ROW-note": _row("ROW-note", ["MARKDOWN-note"]),
        "MARKDOWN-note": {
            "type": "MARKDOWN",
            "id": "MARKDOWN-note",
            "children": [],
            "parents": [*at_the_top, "ROW-note"],
            "meta": {"code": NOTE, "width": 12, "height": 11},
        },
    }
    for name, row in rows.items():
        children = {f"CHART-{known_as('chart', chart.title)[:8]}": chart for chart in row}
        layout[name] = _row(name, list(children))
        for child, chart in children.items():
            layout[child] = {
                "type": "CHART",
                "id": child,
                "children": [],
                "parents": [*at_the_top, name],
                "meta": {
                    "chartId": charts[chart.title],
                    "sliceName": chart.title,
                    "uuid": known_as("chart", chart.title),
                    "width": chart.width,
                    "height": chart.height,
                },
            }
    return layout


def _row(name: str, children: list[str]) -> dict[str, Any]:
    return {
        "type": "ROW",
        "id": name,
        "children": children,
        "parents": ["ROOT_ID", "GRID_ID"],
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }


def _metadata(charts: dict[str, int], datasets: dict[str, int]) -> dict[str, Any]:
    """Give the filters, each on the charts whose dataset has its column."""
    choices = []
    for name, (column, has_it) in CHOICES.items():
        target = {"datasetId": datasets["fct_calls"], "column": {"name": column}}
        reached = [charts[each.title] for each in CHARTS if each.dataset in has_it]
        choice = _choice(name, "filter_select", target, reached, charts)
        choice["controlValues"] = {"multiSelect": True, "searchAllOptions": False}
        choices.append(choice)
    with_day = [charts[each.title] for each in CHARTS if dataset_of(each).day is not None]
    return {
        "native_filter_configuration": [
            *choices,
            _choice(PERIOD, "filter_time", {}, with_day, charts),
        ],
        "cross_filters_enabled": False,
        "color_scheme": "supersetColors",
        "refresh_frequency": 0,
    }


def _choice(
    name: str, kind: str, target: dict[str, Any], reached: list[int], charts: dict[str, int]
) -> dict[str, Any]:
    return {
        "id": f"NATIVE_FILTER-{name.lower()}",
        "type": "NATIVE_FILTER",
        "name": name,
        "filterType": kind,
        "targets": [target],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [number for number in charts.values() if number not in reached],
        },
        "cascadeParentIds": [],
        "controlValues": {},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
    }
