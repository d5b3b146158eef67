"""Agents beside each other, each with what chance alone could make of so few or so many."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    QUIET,
    ROWS,
    Column,
    Language,
    Picture,
    Unit,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import HIGH, LOW, SAMPLE, dots, kept_periods

AGENT = Words("Agent", "Conseiller")
MOST_AGENTS = 30
KPIS: dict[str, tuple[Words, Words, Unit]] = {
    "first_call_resolution": (
        Words("Agents: solved in the first call", "Conseillers : résolu au premier appel"),
        Words("First call resolution", "Résolution au premier appel"),
        "ratio",
    ),
    "average_handle_time": (
        Words("Agents: handle time", "Conseillers : durée de traitement"),
        Words("Average handle time", "Durée moyenne de traitement"),
        "seconds",
    ),
    "issue_resolution_rate": (
        Words("Agents: tickets resolved", "Conseillers : tickets résolus"),
        Words("Issue resolution rate", "Taux de résolution"),
        "ratio",
    ),
    "customer_satisfaction_score": (
        Words("Agents: customers satisfied", "Conseillers : clients satisfaits"),
        Words("Satisfied", "Satisfaits"),
        "ratio",
    ),
}


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [agents_beside_each_other(connection, key) for key in KPIS]


def agents_beside_each_other(connection: duckdb.DuckDBPyConnection, key: str) -> Picture:
    """One KPI by agent, beside that of all of them."""
    title, label, unit = KPIS[key]
    rows = read_rows(
        connection,
        f"""
        select
            grain, period_start, agent, value, ci_low as low, ci_high as high, null as target,
            sample_size, -value as place, value_of_all as whole,
            coalesce(is_beyond_chance, false) as is_filled
        from marts.mart_agents_beside_all
        where kpi_key = ? and grain in ('month', 'quarter', 'year')
        {kept_periods()}
            and row_number() over (
                partition by grain, period_start order by sample_size desc, agent
            ) <= {MOST_AGENTS}
        order by grain, period_start, value desc, agent
        """,
        [key],
    )
    return Picture(
        key=f"agents_{key}",
        theme="agents",
        title=title,
        reading=Words(
            "A dot is an agent, its line the 95 % interval, the dashes everybody together. A "
            "hollow dot can't be told from them: few calls are no verdict, and who answers other "
            "questions has other figures, too. At the right, how many were counted; the "
            f"{MOST_AGENTS} with the most.",
            "Un point est un conseiller, son trait l'intervalle à 95 %, les tirets l'ensemble. Un "
            "point creux ne s'en distingue pas : peu d'appels ne font pas un verdict. Qui répond à "
            "d'autres questions a aussi d'autres chiffres. À droite, combien sont comptés ; les "
            f"{MOST_AGENTS} qui en ont le plus.",
        ),
        kpis=(key,),
        chart=lambda language: beside_all(label, unit, language),
        columns=(
            Column("agent", AGENT),
            Column("value", label, unit),
            Column("low", LOW, unit),
            Column("high", HIGH, unit),
            Column("sample_size", SAMPLE, "count"),
        ),
        rows=rows,
        follows="period",
    )


def beside_all(label: Words, unit: Unit, language: Language) -> alt.TopLevelMixin:
    whole = (
        alt.Chart(ROWS)
        .mark_rule(color=QUIET, strokeDash=[4, 3], strokeWidth=1.4)
        .encode(x="mean(whole):Q")
    )
    return dots("agent", label, unit, language, whole)
