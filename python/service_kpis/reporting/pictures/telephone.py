"""Pictures of the telephone: when people call, how long they wait, and whether promises hold."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES
from service_kpis.reporting.picture import (
    ROWS,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import (
    CHOSEN,
    kept_periods,
    offered,
    over_time,
)

WAIT = Words("Wait", "Attente")
SHARE = Words("Share", "Part")
CALLS = Words("Calls an hour", "Appels par heure")
WEEKDAY = Words("Weekday", "Jour")
HOUR = Words("Hour", "Heure")
ABANDONED = Words("Abandoned", "Abandons")


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [
        calls_by_hour(connection),
        waits(),
        abandonment(),
        solved_at_once(),
        redundancy(),
    ]


def calls_by_hour(connection: duckdb.DuckDBPyConnection) -> Picture:
    """The heat map of the week, in local hours."""
    rows = read_rows(
        connection,
        f"""
        with {CHOSEN},

        told as (
            select
                grain, period_start, dimension, dimension_value, weekday, hour_of_day,
                round(calls_per_day, 1) as calls, round(abandon_rate, 3) as abandon_rate,
                round(average_wait_time) as wait
            from marts.mart_calls_by_hour
            {kept_periods(months=13, quarters=8)}
        )

        select told.* from told
        inner join offered using (dimension, dimension_value)
        order by dimension, dimension_value, grain, period_start, weekday, hour_of_day
        """,
        offered(connection),
    )
    hours = rows["hour_of_day"]
    shown = list(range(min(hours, default=0), max(hours, default=23) + 1))

    def chart(language: Language) -> alt.TopLevelMixin:
        drawn: alt.Chart = (
            alt.Chart(ROWS, height=alt.Step(26))
            .mark_rect()
            .encode(
                x=alt.X(
                    "hour_of_day:O",
                    title=None,
                    scale=alt.Scale(domain=shown, paddingInner=0.04),
                    axis=alt.Axis(formatType="hour", labelAngle=0, labelSeparation=8),
                ),
                y=alt.Y(
                    "weekday:O",
                    title=None,
                    scale=alt.Scale(domain=list(range(1, 8)), paddingInner=0.06),
                    axis=alt.Axis(formatType="weekday"),
                ),
                color=alt.Color(
                    "calls:Q",
                    scale=alt.Scale(zero=True),
                    legend=alt.Legend(title=CALLS.of(language), formatType="count"),
                ),
                tooltip=[
                    alt.Tooltip("weekday:O", title=WEEKDAY.of(language), formatType="weekday"),
                    alt.Tooltip("hour_of_day:O", title=HOUR.of(language), formatType="hour"),
                    alt.Tooltip("calls:Q", title=CALLS.of(language), formatType="count"),
                    alt.Tooltip("wait:Q", title=WAIT.of(language), formatType="seconds"),
                    alt.Tooltip("abandon_rate:Q", title=ABANDONED.of(language), formatType="ratio"),
                ],
            )
        )
        return drawn

    return Picture(
        key="calls_by_hour",
        theme="telephone",
        title=Words("Calls by hour of the week", "Les appels par heure de la semaine"),
        reading=Words(
            "Inbound calls in each local hour, the mean of the period's Mondays, Tuesdays and so "
            "on, holidays too: the stronger the colour, the more. Blank hours had none. Point at "
            "an hour for its wait and its abandoned calls.",
            "Les appels entrants de chaque heure locale, en moyenne des lundis, mardis, etc. de "
            "la période, jours fériés compris : plus la couleur est vive, plus il y en a. Une "
            "heure vide n'en a reçu aucun. Pointez une heure pour son attente et ses abandons.",
        ),
        kpis=("calls_offered", "average_wait_time", "abandon_rate"),
        chart=chart,
        columns=(
            Column("weekday", WEEKDAY, "weekday"),
            Column("hour_of_day", HOUR, "hour"),
            Column("calls", CALLS, "count"),
            Column("wait", WAIT, "seconds"),
            Column("abandon_rate", ABANDONED, "ratio"),
        ),
        rows=rows,
        follows="period",
        answers=CHOICES,
    )


def waits() -> Picture:
    """How long callers wait."""
    keys = ("average_speed_of_answer", "average_wait_time")
    return Picture(
        key="waits",
        theme="telephone",
        title=Words("How long callers wait", "Combien de temps attendent les appelants"),
        reading=Words(
            "Who is answered waits the speed of answer; the wait of all counts those who gave up, "
            "too. The band is the 95 % interval, the dashes the target, hollow points are periods "
            "that aren't complete.",
            "Qui obtient un conseiller attend le temps de réponse ; l'attente de tous compte aussi "
            "ceux qui ont renoncé. La bande est l'intervalle à 95 %, les tirets l'objectif, les "
            "points creux des périodes incomplètes.",
        ),
        **over_time(keys, WAIT, "seconds"),
    )


def abandonment() -> Picture:
    """How many callers give up, and where."""
    keys = ("abandon_rate", "queue_abandon_rate", "ivr_abandon_rate")
    return Picture(
        key="abandonment",
        theme="telephone",
        title=Words("How many give up", "Combien renoncent"),
        reading=Words(
            "The share of inbound calls abandoned anywhere and in the menus, and of the calls "
            "offered to agents abandoned in the queue.",
            "La part des appels entrants abandonnés où que ce soit et dans les menus, et des "
            "appels présentés abandonnés dans la file.",
        ),
        **over_time(keys, SHARE, "ratio"),
    )


def solved_at_once() -> Picture:
    """Whether one call is enough."""
    keys = ("first_call_resolution",)
    return Picture(
        key="solved_at_once",
        theme="telephone",
        title=Words("Is one call enough?", "Un appel suffit-il ?"),
        reading=Words(
            "Issues solved in their first call. The latest are hollow: their callers may still "
            "call again.",
            "Les problèmes résolus dès le premier appel. Les derniers points sont creux : les "
            "appelants peuvent encore rappeler.",
        ),
        **over_time(keys, SHARE, "ratio"),
    )


def redundancy() -> Picture:
    """How much of the telephone's work is the same people on the same day."""
    keys = ("redundancy_rate", "redundant_call_share")
    return Picture(
        key="redundancy",
        theme="telephone",
        title=Words("How many call again the same day", "Combien rappellent le jour même"),
        reading=Words(
            "Of the callers of a day, those who called twice or more; and of their calls, those "
            "after the first. Callers with a withheld number can't be told.",
            "Parmi les appelants d'un jour, ceux qui ont appelé deux fois ou plus ; et parmi leurs "
            "appels, ceux d'après le premier. Les numéros masqués ne se reconnaissent pas.",
        ),
        **over_time(keys, SHARE, "ratio"),
    )
