"""Pictures of the promises made to clients: each contract's service level beside its target."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES, read_choices
from service_kpis.reporting.picture import (
    BAD,
    GOOD,
    PAPER,
    ROWS,
    TARGET,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import (
    HIGH,
    LOW,
    PERIOD,
    SAMPLE,
    dots,
    kept_periods,
)

CONTRACT = Words("Contract", "Contrat")
EVERYBODY = {"(all)": Words("all clients", "tous les clients")}
LEVEL = Words("Service level", "Taux de décroché dans le délai")
PROMISED = Words("Promised", "Promis")
KPI = Words("KPI", "Indicateur")
VERDICT = Words("Verdict", "Verdict")
VERDICTS = {"met": Words("met", "tenu"), "missed": Words("missed", "manqué")}
MOST_CONTRACTS = 20
# The last period's name is wider than its cell.
ROOM = {"left": 4, "top": 4, "right": 24, "bottom": 4}

# A promise made over all services of a client, or to every client of a service, names but one; it
# bears on each choice that it holds for, as in the page's table of contracts.
PROMISES = """
    choices as (
        select
            unnest(?) as dimension, unnest(?) as dimension_value,
            unnest(?) as client, unnest(?) as service
    ),

    promises as (
        select
            *,
            if(dimension = 'all', '(all)', dimension_value) as contract,
            coalesce(status, 'no_data') as verdict
        from marts.mart_sla_compliance
        where grain in ('week', 'month', 'quarter', 'year') and value is not null
    ),

    chosen as (
        select
            promises.* exclude (dimension, dimension_value),
            choices.dimension, choices.dimension_value
        from promises
        inner join choices
            on coalesce(promises.client = choices.client, true)
            and coalesce(promises.service = choices.service, true)
    )
"""


def choices_by_side(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[list[str], list[str], list[str | None], list[str | None]]:
    """Give what a reader may choose, with its client and service, as four lists for `PROMISES`."""
    choices = read_choices(connection)
    rows: list[tuple[str, str, str | None, str | None]] = [("all", "all", None, None)]
    rows += [("client", client, client, None) for client in choices.offered["client"]]
    rows += [("service", service, None, service) for service in choices.offered["service"]]
    rows += [("contract", contract, *sides) for contract, sides in choices.contracts.items()]
    dimensions, values, clients, services = zip(*rows, strict=True)
    return list(dimensions), list(values), list(clients), list(services)


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [service_level_by_contract(connection), promises_over_time(connection)]


def service_level_by_contract(connection: duckdb.DuckDBPyConnection) -> Picture:
    """The service level of a period beside what was promised to each client for each service."""
    rows = read_rows(
        connection,
        f"""
        with {PROMISES}

        select
            grain, period_start, dimension, dimension_value, contract, value,
            ci_low as low, ci_high as high, target, verdict, sample_size,
            row_number() over behind as place, is_complete as is_filled
        from chosen
        where kpi_key = 'service_level'
        window behind as (
            partition by grain, period_start, dimension, dimension_value
            order by difference, contract
        )
        {kept_periods()}
            and place <= {MOST_CONTRACTS}
        order by grain, period_start, difference, contract
        """,
        choices_by_side(connection),
    )
    return Picture(
        key="service_level_by_contract",
        theme="telephone",
        title=Words(
            "Service level beside each contract", "Le taux de service face à chaque contrat"
        ),
        reading=Words(
            "A dot is the share answered in time, its line the 95 % interval; the upright mark is "
            "what the contract promises. The furthest behind stand first; at the right, the calls "
            f"counted. Hollow: the period isn't over. At most {MOST_CONTRACTS} contracts.",
            "Un point est la part décrochée dans le délai, son trait l'intervalle à 95 % ; la "
            "barre verticale est la promesse du contrat. Les plus en retard d'abord ; à droite, "
            "les appels comptés. Creux : la période n'est pas finie. Au plus "
            f"{MOST_CONTRACTS} contrats.",
        ),
        kpis=("service_level",),
        chart=lambda language: dots("contract", LEVEL, "ratio", language),
        columns=(
            Column("contract", CONTRACT, words=EVERYBODY),
            Column("value", LEVEL, "ratio"),
            Column("low", LOW, "ratio"),
            Column("high", HIGH, "ratio"),
            Column("target", PROMISED, "ratio"),
            Column("verdict", VERDICT, words=VERDICTS),
            Column("sample_size", SAMPLE, "count"),
        ),
        rows=rows,
        follows="period",
        answers=CHOICES,
    )


def promises_over_time(connection: duckdb.DuckDBPyConnection) -> Picture:
    """Which promises were kept, period after period."""
    labels = {
        key: Words(english or key, french or english or key)
        for key, english, french in connection.execute(
            """
            select kpi_key, label_en, label_fr from marts.kpi_catalogue
            where kpi_key in (select kpi_key from marts.mart_sla_compliance)
            """
        ).fetchall()
    }
    rows = read_rows(
        connection,
        f"""
        with {PROMISES}

        select
            grain, period_start, dimension, dimension_value, contract, kpi_key, verdict,
            is_complete, sample_size
        from chosen
        {kept_periods()}
            and dense_rank() over (
                partition by dimension, dimension_value order by contract, kpi_key
            ) <= {MOST_CONTRACTS}
        order by grain, contract, kpi_key, period_start
        """,
        choices_by_side(connection),
    )
    return Picture(
        key="promises_over_time",
        theme="telephone",
        title=Words("Which promises were kept", "Quelles promesses ont été tenues"),
        reading=Words(
            "A line is one promise of one contract: a full cell is a period that missed it, a "
            "faint one a period that met it. A framed cell isn't over yet.",
            "Une ligne est une promesse d'un contrat : une case pleine est une période qui l'a "
            "manquée, une case estompée une période qui l'a tenue. Une case encadrée n'est pas "
            "finie.",
        ),
        kpis=tuple(sorted(labels)),
        chart=kept_or_missed,
        columns=(
            Column("period", PERIOD),
            Column("contract", CONTRACT, words=EVERYBODY),
            Column("kpi_key", KPI, words=labels),
            Column("verdict", VERDICT, words=VERDICTS),
            Column("sample_size", SAMPLE, "count"),
        ),
        rows=rows,
        follows="grain",
        answers=CHOICES,
    )


def kept_or_missed(language: Language) -> alt.TopLevelMixin:
    words = [VERDICTS[verdict].of(language) for verdict in ("met", "missed")]
    drawn: alt.Chart = (
        alt.Chart(ROWS, height=alt.Step(46), padding=ROOM)
        .transform_calculate(
            promise="datum.contract + '\\n' + replace(datum.kpi_key, /(.{14,24}?) /g, '$1\\n')"
        )
        .mark_rect(strokeWidth=1.5)
        .encode(
            x=alt.X(
                "period_start:O",
                title=None,
                scale=alt.Scale(paddingInner=0.08),
                axis=alt.Axis(formatType="period", labelAngle=0, labelSeparation=8),
            ),
            y=alt.Y(
                "promise:N",
                title=None,
                scale=alt.Scale(paddingInner=0.2),
                axis=alt.Axis(
                    labelExpr="split(datum.label, '\\n')",
                    labelOverlap=False,
                    labelOffset=-10,
                ),
            ),
            fill=alt.Fill(
                "verdict:O",
                scale=alt.Scale(domain=words, range=[GOOD, BAD]),
                legend=alt.Legend(title=None),
            ),
            # Told apart without colours, too.
            opacity=alt.Opacity(
                "verdict:O",
                scale=alt.Scale(domain=words, range=[0.35, 1]),
                legend=alt.Legend(title=None),
            ),
            stroke=alt.condition("datum.is_complete", alt.value(PAPER), alt.value(TARGET)),
            tooltip=[
                alt.Tooltip("period:N", title=PERIOD.of(language)),
                alt.Tooltip("contract:N", title=CONTRACT.of(language)),
                alt.Tooltip("kpi_key:N", title=KPI.of(language)),
                alt.Tooltip("verdict:N", title=VERDICT.of(language)),
                alt.Tooltip("sample_size:Q", title=SAMPLE.of(language), formatType="count"),
            ],
        )
    )
    return drawn
