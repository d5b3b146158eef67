"""Pictures of what customers answer: recommendation, satisfaction, and what costs them effort."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    ACCENT,
    MIDDLE,
    PAPER,
    QUIET,
    ROWS,
    SECOND,
    Column,
    Language,
    Picture,
    Unit,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import (
    GUTTER,
    HIGH,
    LOW,
    MOST_NAMES,
    PERIOD,
    dots,
    kept_periods,
    over_time,
)

ANSWERS = Words("Answers", "Réponses")
CHANNEL = Words("Channel", "Canal")
SATISFIED = Words("Satisfied", "Satisfaits")
EFFORT = Words("Effort", "Effort")
EFFORTS = {
    "explained_to_several_agents": Words("explained it to several", "a dû répéter à plusieurs"),
    "transferred": Words("was transferred", "a été transféré"),
    "called_again": Words("had to call again", "a dû rappeler"),
    "not_answered_at_first": Words("not answered at first", "pas de réponse d'abord"),
}
WITH, WITHOUT = Words("with that effort", "avec cet effort"), Words("without", "sans")
SCORES: dict[str, tuple[Words, Unit]] = {
    "customer_satisfaction_score": (Words("Share satisfied", "Part de satisfaits"), "ratio"),
    "net_promoter_score": (Words("Net promoter score", "Net promoter score"), "points"),
    "customer_effort_score": (
        Words("Effort, 1–5: less is better", "Effort, 1–5 : moins, c'est mieux"),
        "score",
    ),
    "customer_effort_score_v2": (
        Words("Ease, 1–7: more is better", "Facilité, 1–7 : plus, c'est mieux"),
        "score",
    ),
}
EFFORT_TITLES = {
    "customer_satisfaction_score": Words(
        "What effort does to satisfaction", "Ce que l'effort fait à la satisfaction"
    ),
    "net_promoter_score": Words(
        "What effort does to recommendation", "Ce que l'effort fait à la recommandation"
    ),
    "customer_effort_score": Words("What drives effort", "D'où vient l'effort"),
    "customer_effort_score_v2": Words(
        "What drives effort (CES 2.0)", "D'où vient l'effort (CES 2.0)"
    ),
}


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [
        recommendation(),
        nps_split(),
        satisfaction_by_channel(connection),
        *(effort_drivers(connection, key) for key in SCORES),
    ]


def recommendation() -> Picture:
    """The NPS with the margin that its answers leave."""
    keys = ("net_promoter_score",)
    points = Words("Net promoter score", "Net promoter score")
    return Picture(
        key="recommendation",
        theme="surveys",
        title=Words("Would they recommend us?", "Nous recommanderaient-ils ?"),
        reading=Words(
            "The net promoter score, with what chance alone could make of it: where two bands "
            "overlap widely, nothing has changed for sure.",
            "Le net promoter score, avec la part du hasard : là où deux bandes se recouvrent "
            "largement, rien n'a changé à coup sûr.",
        ),
        **over_time(keys, points, "points", answers=("client",)),
    )


def nps_split() -> Picture:
    """Promoters, passives and detractors: the same score may hide two very different crowds."""
    keys = ("promoters", "passives", "detractors")
    return Picture(
        key="nps_split",
        theme="surveys",
        title=Words("Promoters, passives, detractors", "Promoteurs, passifs, détracteurs"),
        reading=Words(
            "The answers of each period in three parts: 9 and 10 above, 7 and 8 between, 0 to 6 "
            "below. The net promoter score is the part above less the part below.",
            "Les réponses de chaque période en trois parts : 9 et 10 en haut, 7 et 8 au milieu, 0 "
            "à 6 en bas. Le net promoter score est la part du haut moins celle du bas.",
        ),
        kpis=(*keys, "net_promoter_score"),
        chart=split,
        columns=(
            Column("period", PERIOD),
            Column("kpi", Words("Group", "Groupe")),
            Column("value", ANSWERS, "count"),
        ),
        series=keys,
        follows="grain",
        answers=("client",),
    )


def split(language: Language) -> alt.TopLevelMixin:
    share = Words("Share of answers", "Part des réponses")
    order = "indexof(['detractors', 'passives', 'promoters'], datum.kpi_key)"
    drawn: alt.Chart = (
        alt.Chart(ROWS)
        .transform_filter("isValid(datum.value)")
        .transform_joinaggregate(answers="sum(value)", groupby=["period_start"])
        .transform_calculate(place=order, share="datum.value / max(datum.answers, 1)")
        .mark_bar()
        .encode(
            x=alt.X(
                "period_start:O",
                title=None,
                scale=alt.Scale(paddingInner=0.08),
                axis=alt.Axis(formatType="period", labelAngle=0, labelSeparation=8),
            ),
            y=alt.Y("share:Q", title=share.of(language), axis=alt.Axis(formatType="ratio")),
            color=alt.Color(
                "kpi:N",
                sort=alt.EncodingSortField("place", op="min", order="descending"),
                scale=alt.Scale(range=[ACCENT, MIDDLE, SECOND]),
                legend=alt.Legend(title=None),
            ),
            order=alt.Order("place:Q", sort="ascending"),
            opacity=alt.condition("datum.is_complete", alt.value(1), alt.value(0.55)),
            tooltip=[
                alt.Tooltip("period:N", title=PERIOD.of(language)),
                alt.Tooltip("kpi:N", title=" "),
                alt.Tooltip("share:Q", title=share.of(language), formatType="ratio"),
                alt.Tooltip("value:Q", title=ANSWERS.of(language), formatType="count"),
            ],
        )
    )
    return drawn


def satisfaction_by_channel(connection: duckdb.DuckDBPyConnection) -> Picture:
    """Where they are satisfied."""
    rows = read_rows(
        connection,
        f"""
        select
            grain, period_start, dimension_value as channel, value, ci_low as low, ci_high as high,
            (select target from marts.kpi_catalogue where kpi_key = ?) as target,
            sample_size, -value as place, is_complete as is_filled
        from marts.kpi_values
        where kpi_key = ? and dimension = 'channel' and value is not null
            and grain in ('week', 'month', 'quarter', 'year')
        {kept_periods()}
            and row_number() over (
                partition by grain, period_start order by sample_size desc, dimension_value
            ) <= {MOST_NAMES}
        order by grain, period_start, value desc, dimension_value
        """,
        ["customer_satisfaction_score"] * 2,
    )
    return Picture(
        key="satisfaction_by_channel",
        theme="surveys",
        title=Words("Satisfaction by channel", "La satisfaction par canal"),
        reading=Words(
            "A dot is the share satisfied, its line the 95 % interval: few answers make it long, "
            "and channels whose lines overlap can't be told apart. The upright mark is the "
            "target; at the right, the answers counted.",
            "Un point est la part de satisfaits, son trait l'intervalle à 95 % : peu de réponses "
            "le rendent long, et des canaux dont les traits se recouvrent ne se distinguent pas. "
            "La barre verticale est l'objectif ; à droite, les réponses comptées.",
        ),
        kpis=("customer_satisfaction_score",),
        chart=lambda language: dots("channel", SATISFIED, "ratio", language),
        columns=(
            Column("channel", CHANNEL, words={"(none)": Words("not told", "non précisé")}),
            Column("value", SATISFIED, "ratio"),
            Column("low", LOW, "ratio"),
            Column("high", HIGH, "ratio"),
            Column("sample_size", ANSWERS, "count"),
        ),
        rows=rows,
        follows="period",
    )


def effort_drivers(connection: duckdb.DuckDBPyConnection, key: str) -> Picture:
    """The same score of those whom it took an effort, and of the others."""
    label, unit = SCORES[key]
    rows = read_rows(
        connection,
        """
        select
            effort, value_with, value_without, answers_with, answers_without,
            coalesce(is_beyond_chance, false) as is_beyond_chance, -abs(difference) as place
        from marts.mart_effort_drivers
        where kpi_key = ? and value_with is not null and value_without is not null
        order by place, effort
        """,
        [key],
    )
    return Picture(
        key=f"effort_drivers_{key}",
        theme="surveys",
        title=EFFORT_TITLES[key],
        reading=Words(
            "The round dot is the score of those who had that effort, the square of those who had "
            "not; the longer the line between, the more it costs. Hollow: chance may explain it. "
            "Over all answers; at the right, those with the effort.",
            "Le rond est la note de ceux qui ont eu cet effort, le carré celle des autres ; plus "
            "le trait est long, plus il coûte. Creux : le hasard peut l'expliquer. Sur toutes les "
            "réponses ; à droite, celles avec l'effort.",
        ),
        kpis=(key,),
        chart=lambda language: with_and_without(label, unit, language),
        columns=(
            Column("effort", EFFORT, words=EFFORTS),
            Column("value_with", WITH, unit),
            Column("answers_with", ANSWERS, "count"),
            Column("value_without", WITHOUT, unit),
            Column("answers_without", ANSWERS, "count"),
            Column("is_beyond_chance", Words("Beyond chance", "Au-delà du hasard"), "flag"),
        ),
        rows=rows,
        follows="nothing",
    )


def with_and_without(label: Words, unit: Unit, language: Language) -> alt.TopLevelMixin:
    scale = alt.Scale(zero=False, rangeMax={"expr": f"width - {GUTTER}"})
    base = alt.Chart(ROWS, height=alt.Step(30))
    y = alt.Y(
        "effort:N",
        title=None,
        sort=alt.EncodingSortField("place", op="min", order="ascending"),
        axis=alt.Axis(grid=True, ticks=False, domain=False),
    )
    tooltip = [
        alt.Tooltip("effort:N", title=EFFORT.of(language)),
        alt.Tooltip("value_with:Q", title=WITH.of(language), formatType=unit),
        alt.Tooltip("answers_with:Q", title=ANSWERS.of(language), formatType="count"),
        alt.Tooltip("value_without:Q", title=WITHOUT.of(language), formatType=unit),
        alt.Tooltip("answers_without:Q", title=ANSWERS.of(language), formatType="count"),
    ]
    return alt.layer(
        base.mark_rule(strokeWidth=2, color=QUIET, opacity=0.6).encode(
            y=y, x=alt.X("value_without:Q", scale=scale), x2="value_with:Q"
        ),
        base.mark_point(shape="square", size=60, opacity=1, stroke=SECOND, fill=SECOND).encode(
            y=y, x=alt.X("value_without:Q", scale=scale), tooltip=tooltip
        ),
        base.mark_point(shape="circle", size=90, opacity=1, stroke=ACCENT, strokeWidth=1.8).encode(
            y=y,
            x=alt.X(
                "value_with:Q",
                title=label.of(language),
                scale=scale,
                axis=alt.Axis(formatType=unit),
            ),
            fill=alt.condition("datum.is_beyond_chance", alt.value(ACCENT), alt.value(PAPER)),
            tooltip=tooltip,
        ),
        base.mark_text(align="right", baseline="middle", color=QUIET, fontSize=11).encode(
            y=y, x=alt.value("width"), text=alt.Text("answers_with:Q", formatType="count")
        ),
    )
