"""Everything that the page shows, gathered once and packed as text that no browser runs."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import asdict
from typing import Any

import duckdb
from altair.utils.schemapi import debug_mode

from service_kpis.kpi_definitions import HEADLINES
from service_kpis.reporting.facts import known_facts
from service_kpis.reporting.lines import (
    CHANCES,
    STATUSES,
    read_choices,
    read_lines,
    read_periods,
)
from service_kpis.reporting.picture import LANGUAGES, Picture, Rows, plain, read_rows
from service_kpis.reporting.pictures import all_pictures
from service_kpis.reporting.published import Kpi, read_catalogue
from service_kpis.reporting.shortening import shortened
from service_kpis.warehouse import Warehouse


def payload(warehouse: Warehouse, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Read what the page shows from the published file."""
    choices = read_choices(connection)
    periods = read_periods(connection)
    # What makes a chart valid is ours, and tests see to it: Altair would ask for seconds.
    with debug_mode(arg=False):
        pictures = [drawn(picture) for picture in all_pictures(connection)]
    return {
        "facts": known_facts(warehouse) | {"span": read_span(connection)},
        "headlines": HEADLINES,
        "kpis": [described(kpi) for kpi in read_catalogue(connection)],
        "choices": choices.offered,
        "left_out": choices.left_out,
        "sides": choices.contracts,
        "statuses": STATUSES,
        "chances": CHANCES,
        "periods": periods,
        "lines": read_lines(connection, choices, periods),
        "contracts": read_contracts(connection),
        "pictures": pictures,
    }


def described(kpi: Kpi) -> dict[str, Any]:
    """Write a KPI's entry in the catalogue, its words by language."""
    return {
        "key": kpi.key,
        "theme": kpi.theme,
        "label": {"en": kpi.label_en, "fr": kpi.label_fr},
        "definition": {"en": kpi.definition_en, "fr": kpi.definition_fr},
        "formula": kpi.formula,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "target": plain(kpi.target),
        "target_on": plain(kpi.target_on),
        "owner": kpi.owner,
        "article": kpi.source_article,
    }


def drawn(picture: Picture) -> dict[str, Any]:
    """Write a picture with its chart in each language."""
    return {
        "key": picture.key,
        "theme": picture.theme,
        "title": asdict(picture.title),
        "reading": asdict(picture.reading),
        "kpis": picture.kpis,
        "columns": [asdict(column) for column in picture.columns],
        "rows": picture.rows,
        "series": picture.series,
        "follows": picture.follows,
        "answers": picture.answers,
        "chart": {
            language: picture.chart(language).to_dict(validate=False) for language in LANGUAGES
        },
    }


def read_span(connection: duckdb.DuckDBPyConnection) -> list[str] | None:
    """Read the first and the last day that has data; None where there is none."""
    first, last = connection.execute("""
        select min(period_start), max(period_start) from marts.kpi_values
        where grain = 'day' and value is not null
    """).fetchall()[0]
    return [first.isoformat(), last.isoformat()] if first else None


def read_contracts(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Read what was promised and what was kept; days and weeks are not what contracts judge."""
    return read_rows(
        connection,
        """
        select grain, period_start, client, service, kpi_key, target, value, status, sample_size,
            is_complete
        from marts.mart_sla_compliance
        where grain in ('month', 'quarter', 'year')
        order by client nulls first, service nulls first, kpi_key, grain, period_start
        """,
    )


def packed(content: dict[str, Any]) -> str:
    """Pack as base85 of gzip: small, and free of anything that HTML would read as markup."""
    text = json.dumps(
        shortened(content), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    zipped = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    return base64.b85encode(zipped).decode().translate(NO_MARKUP)


NO_MARKUP = str.maketrans("<>&", ",.:")
