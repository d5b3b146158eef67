"""Pictures of the promises made to clients: each contract's service level beside its target."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES
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
    CHOSEN,
    HIGH,
    LOW,
    PERIOD,
    SAMPLE,
    dots,
    kept_periods,
    offered,
)

CONTRACT = Words("Contract", "Contrat")
EVERYBODY = {"(all)": Words("all clients", "tous les clients")}
LEVEL = Words("Service level", "Taux de décroché dans le délai")
PROMISED = Words("Promised", "Promis")
KPI = Words("KPI", "Indicateur")
VERDICT = Words("Verdict", "Verdict")
VERDICTS = {"met": Words("met", "tenu"), "missed": Words("missed", "manqué")}
MOST_CONTRACTS = 20

# A promise made over all services of a client, or to every client of a service, names but one; it
# bears on each choice that it holds for, as in the page's table of contracts.
PROMISES = """
    promises as (
        select
            sla.*,
            coalesce(nullif(concat_ws(' / ', sla.client, sla.service), ''), '(all)') as contract,
            case
                when sla.client is not null and sla.service is not null then 'contract'
                when sla.client is not null then 'client'
                when sla.service is not null then 'service'
                else 'all'
            end as made_to,
            coalesce(sla.status, 'no_data') as verdict
        from marts.mart_sla_compliance as sla
        where sla.grain in ('week', 'month', 'quarter', 'year') and sla.value is not null
    ),

    chosen as (
        select promises.*, offered.dimension, offered.dimension_value
        from promises
        inner join offered
            on case offered.dimension
                when 'client' then coalesce(promises.client = offered.dimension_value, true)
                when 'service' then coalesce(promises.service = offered.dimension_value, true)
                when 'contract' then case promises.made_to
                    when 'contract' then promises.contract = offered.dimension_value
                    when 'client' then starts_with(offered.dimension_value, client || ' / ')
                    when 'service' then ends_with(offered.dimension_value, ' / ' || service)
                    else true
                end
                else true
            end
    )
"""


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [service_level_by_contract(connection), promises_over_time(connection)]


def service_level_by_contract(connection: duckdb.DuckDBPyConnection) -> Picture:
    """The service level of a period beside what was promised to each client for each service."""
    rows = read_rows(
        connection,
        f"""
        with {CHOSEN}, {PROMISES}

        select
            chosen.grain, chosen.period_start, chosen.dimension, chosen.dimension_value,
            chosen.contract, chosen.value, cell.ci_low as low, cell.ci_high as high,
            chosen.target, chosen.verdict, chosen.sample_size,
            row_number() over behind as place, chosen.is_complete as is_filled
        from chosen
        left join marts.kpi_values as cell
            on chosen.kpi_key = cell.kpi_key
            and chosen.grain = cell.grain
            and chosen.period_start = cell.period_start
            and chosen.made_to = cell.dimension
            and cell.dimension_value = case
                when chosen.made_to = 'all' then 'all' else chosen.contract
            end
        where chosen.kpi_key = 'service_level'
        window behind as (
            partition by chosen.grain, chosen.period_start, chosen.dimension,
                chosen.dimension_value
            order by chosen.difference, chosen.contract
        )
        {kept_periods("chosen")}
            and place <= {MOST_CONTRACTS}
        order by chosen.grain, chosen.period_start, chosen.difference, chosen.contract
        """,
        offered(connection),
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
        with {CHOSEN}, {PROMISES}

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
        offered(connection),
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
        alt.Chart(ROWS, height=alt.Step(34))
        .transform_calculate(promise="datum.contract + '\\n' + datum.kpi_key")
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
                axis=alt.Axis(labelExpr="split(datum.label, '\\n')"),
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
