"""Pictures of what is said in public: ratings by platform, and days with suspiciously many."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    BAD,
    QUIET,
    ROWS,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import (
    HIGH,
    LOW,
    MOST_NAMES,
    SAMPLE,
    dots,
    kept_periods,
)

PLATFORM = Words("Platform", "Plateforme")
RATING = Words("Mean rating, 1–5", "Note moyenne, 1–5")
REVIEWS = Words("Reviews", "Avis")
DAY = Words("Day", "Jour")
USUAL = Words("Usual a day", "Habituels par jour")
BURST = Words("Burst", "Afflux")
DAYS = 366
# Read as a day of the reader's: as an instant it is UTC's, and the day before in America.
LOCAL_DAY = (
    "datetime(+slice(datum.posted_on, 0, 4), +slice(datum.posted_on, 5, 7) - 1, "
    "+slice(datum.posted_on, 8, 10))"
)


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [rating_by_platform(connection), review_bursts(connection)]


def rating_by_platform(connection: duckdb.DuckDBPyConnection) -> Picture:
    """The mean rating of each platform."""
    rows = read_rows(
        connection,
        f"""
        select
            grain, period_start, dimension_value as platform, value, ci_low as low, ci_high as high,
            null as target, sample_size, -value as place, is_complete as is_filled
        from marts.kpi_values
        where kpi_key = 'average_rating' and dimension = 'platform' and value is not null
            and grain in ('week', 'month', 'quarter', 'year')
        {kept_periods()}
            and row_number() over (
                partition by grain, period_start order by sample_size desc, dimension_value
            ) <= {MOST_NAMES}
        order by grain, period_start, value desc, dimension_value
        """,
    )
    return Picture(
        key="rating_by_platform",
        theme="reviews",
        title=Words("Ratings by platform", "Les notes par plateforme"),
        reading=Words(
            "A dot is the mean rating on 1 to 5, its line the 95 % interval; at the right, the "
            "ratings counted.",
            "Un point est la note moyenne de 1 à 5, son trait l'intervalle à 95 % ; à droite, les "
            "notes comptées.",
        ),
        kpis=("average_rating",),
        chart=lambda language: dots("platform", RATING, "score", language),
        columns=(
            Column("platform", PLATFORM),
            Column("value", RATING, "score"),
            Column("low", LOW, "score"),
            Column("high", HIGH, "score"),
            Column("sample_size", SAMPLE, "count"),
        ),
        rows=rows,
        follows="period",
    )


def review_bursts(connection: duckdb.DuckDBPyConnection) -> Picture:
    """Every day's reviews by platform, those days marked that look bought or brigaded."""
    rows = read_rows(
        connection,
        f"""
        with platforms as (
            select platform from marts.mart_review_bursts group by platform
            order by sum(review_count) desc, platform limit {MOST_NAMES}
        )

        select
            platform, posted_on, review_count, round(mean_before, 1) as usual,
            coalesce(is_burst, false) as is_burst
        from marts.mart_review_bursts
        inner join platforms using (platform)
        where posted_on > (select max(posted_on) from marts.mart_review_bursts) - {DAYS}
        order by posted_on, platform
        """,
    )
    return Picture(
        key="review_bursts",
        theme="reviews",
        title=Words("Days with suspiciously many reviews", "Les jours d'afflux suspect d'avis"),
        reading=Words(
            "A circle is a day of the last year on a platform, as large as it had reviews. The "
            "filled ones are bursts: at least 10, and more than the mean of the four "
            "weeks before plus three standard deviations. Removed reviews count here.",
            "Un cercle est un jour de la dernière année sur une plateforme, d'autant plus grand "
            "qu'il a eu d'avis. Les pleins sont des afflux : au moins 10, et plus que "
            "la moyenne des quatre semaines précédentes plus trois écarts-types. Les avis retirés "
            "comptent ici.",
        ),
        kpis=("review_burst",),
        chart=bubbles,
        columns=(
            Column("platform", PLATFORM),
            Column("posted_on", DAY),
            Column("review_count", REVIEWS, "count"),
            Column("usual", USUAL, "count"),
            Column("is_burst", BURST, "flag"),
        ),
        rows=rows,
        follows="nothing",
    )


def bubbles(language: Language) -> alt.TopLevelMixin:
    base = alt.Chart(ROWS, height=alt.Step(58)).transform_calculate(day=LOCAL_DAY)
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap="greedy", grid=False))
    y = alt.Y("platform:N", title=None, axis=alt.Axis(grid=True, ticks=False, domain=False))
    tooltip = [
        alt.Tooltip("platform:N", title=" "),
        alt.Tooltip("posted_on:N", title=DAY.of(language)),
        alt.Tooltip("review_count:Q", title=REVIEWS.of(language), formatType="count"),
        alt.Tooltip("usual:Q", title=USUAL.of(language), formatType="count"),
    ]
    size = alt.Size(
        "review_count:Q",
        scale=alt.Scale(range=[0, 420]),
        legend=alt.Legend(title=REVIEWS.of(language), symbolFillColor=QUIET, tickCount=3),
    )
    bursts = base.transform_filter("datum.is_burst")
    return alt.layer(
        base.transform_filter("!datum.is_burst")
        .mark_point(stroke=None, fill=QUIET, opacity=0.22)
        .encode(x=x, y=y, size=size, tooltip=tooltip),
        bursts.mark_point(stroke=BAD, fill=BAD, opacity=0.85).encode(
            x=x, y=y, size=size, tooltip=tooltip
        ),
    )
