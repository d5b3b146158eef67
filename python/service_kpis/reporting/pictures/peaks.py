"""Picture of the days that matter: promotions and holidays beside regular days."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    ACCENT,
    PAPER,
    QUIET,
    ROWS,
    SECOND,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import GUTTER, kept_periods

AGAINST = Words("Against regular days", "Par rapport aux jours ordinaires")
PEAK = Words("Days", "Jours")
DAY_TYPES = {
    "promotion": Words("promotion days", "jours de promotion"),
    "public_holiday": Words("public holidays", "jours fériés"),
}
COUNT = Words("So many days", "Nombre de jours")
LABELS = {
    "calls_offered": Words("Calls a day", "Appels par jour"),
    "tickets_created": Words("Tickets a day", "Tickets par jour"),
    "average_handle_time": Words("Handle time", "Durée de traitement"),
    "service_level": Words("Service level", "Taux de service"),
    "customer_satisfaction_score": Words("Satisfied", "Satisfaits"),
}
KPI = Words("KPI", "Indicateur")


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the one picture."""
    return [peak_days(connection)]


def peak_days(connection: duckdb.DuckDBPyConnection) -> Picture:
    """How far peak days lie above or below the regular days of their period.

    The KPIs have different units, so that each is told as a multiple of its own regular days.
    """
    rows = read_rows(
        connection,
        f"""
        select
            grain, period_start, kpi_key, day_type, day_count,
            round(ratio_to_regular - 1, 4) as against, sample_size,
            is_beyond_chance, coalesce(is_beyond_chance, true) as is_filled,
            list_position(?, kpi_key) as place
        from marts.mart_peak_vs_regular
        where ratio_to_regular is not null and grain in ('month', 'quarter', 'year')
        {kept_periods()}
        order by grain, period_start, place, day_type
        """,
        [list(LABELS)],
    )
    return Picture(
        key="peak_days",
        theme="telephone",
        title=Words("Does it hold on peak days?", "Est-ce que ça tient les jours de pointe ?"),
        reading=Words(
            "How far promotion days and public holidays lie above or below the regular days of "
            "the same period; the upright line is a regular day. Hollow: chance may explain it; "
            "calls and tickets a day are not judged. At the right, how many such days there were.",
            "De combien les jours de promotion et les jours fériés dépassent les jours ordinaires "
            "de la même période, ou restent en dessous ; la ligne verticale est un jour "
            "ordinaire. Creux : le hasard peut l'expliquer ; les appels et tickets par jour ne "
            "sont pas jugés. À droite, le nombre de ces jours.",
        ),
        kpis=tuple(LABELS),
        chart=beside_regular,
        columns=(
            Column("kpi_key", KPI, words=LABELS),
            Column("day_type", PEAK, words=DAY_TYPES),
            Column("against", AGAINST, "ratio"),
            Column("day_count", COUNT, "count"),
            Column("is_beyond_chance", Words("Beyond chance", "Au-delà du hasard"), "flag"),
        ),
        rows=rows,
        follows="period",
    )


def beside_regular(language: Language) -> alt.TopLevelMixin:
    words = [kind.of(language) for kind in DAY_TYPES.values()]
    scale = alt.Scale(nice=True, zero=True, rangeMin=10, rangeMax={"expr": f"width - {GUTTER}"})
    base = alt.Chart(ROWS, height=alt.Step(16))
    y = alt.Y(
        "kpi_key:N",
        title=None,
        sort=alt.EncodingSortField("place", op="min", order="ascending"),
        axis=alt.Axis(grid=False, ticks=False, domain=False),
    )
    offset = alt.YOffset("day_type:N", scale=alt.Scale(domain=words))
    x = alt.X(
        "against:Q",
        title=AGAINST.of(language),
        scale=scale,
        axis=alt.Axis(formatType="ratio"),
    )
    colour = alt.Color(
        "day_type:N",
        scale=alt.Scale(domain=words, range=[ACCENT, SECOND]),
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    shape = alt.Shape(
        "day_type:N",
        scale=alt.Scale(domain=words, range=["circle", "square"]),
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    filled = [
        {"test": f"datum.is_filled && datum.day_type == '{word}'", "value": shown}
        for word, shown in zip(words, [ACCENT, SECOND], strict=True)
    ]
    return alt.layer(
        base.mark_rule(color=QUIET, strokeWidth=1.5)
        .encode(x=alt.X("zero:Q", scale=scale))
        .transform_calculate(zero="0"),
        base.mark_rule(strokeWidth=2.5, opacity=0.45)
        .transform_calculate(zero="0")
        .encode(y=y, yOffset=offset, x=alt.X("zero:Q", scale=scale), x2="against:Q", color=colour),
        base.mark_point(size=70, opacity=1, strokeWidth=1.8).encode(
            y=y,
            yOffset=offset,
            x=x,
            color=colour,
            shape=shape,
            fill=alt.FillValue(PAPER, condition=filled),
            tooltip=[
                alt.Tooltip("kpi_key:N", title=KPI.of(language)),
                alt.Tooltip("day_type:N", title=PEAK.of(language)),
                alt.Tooltip("against:Q", title=AGAINST.of(language), formatType="ratio"),
                alt.Tooltip("day_count:Q", title=COUNT.of(language), formatType="count"),
            ],
        ),
        base.mark_text(align="right", baseline="middle", color=QUIET, fontSize=11).encode(
            y=y,
            yOffset=offset,
            x=alt.value("width"),
            text=alt.Text("day_count:Q", formatType="count"),
        ),
    )
