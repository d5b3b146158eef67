"""Pictures of journeys: which channel leads to which, and where people end."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES
from service_kpis.reporting.picture import (
    ACCENT,
    INK,
    QUIET,
    ROWS,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import (
    CHOSEN,
    MOST_NAMES,
    kept_periods,
    offered,
)

CHANNEL = Words("Channel", "Canal")
CONTACTS = Words("Contacts", "Contacts")
NEXT = Words("What comes next", "La suite")
# Steps that are no channel; a channel of that name would be told apart by its place alone.
RESOLVED, UNRESOLVED = "→ resolved", "→ unresolved"
ENDS = {
    RESOLVED: Words("ends, resolved", "fin, résolu"),
    UNRESOLVED: Words("ends, unresolved", "fin, non résolu"),
}
OUTCOME = Words("Outcome", "Issue")
OUTCOMES = {"yes": Words("resolved", "résolus"), "no": Words("not resolved", "non résolus")}
RESOLVED_SHARE = Words("Resolved", "Résolus")
JOURNEYS = Words("Journeys", "Parcours")
MOST_PATHS = 12


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [channel_steps(connection), journey_paths(connection)]


def channel_steps(connection: duckdb.DuckDBPyConnection) -> Picture:
    """Which channel leads to which, and where journeys end."""
    rows = read_rows(
        connection,
        f"""
        with {CHOSEN},

        channels as (
            select
                channel,
                row_number() over (order by sum(contact_count) desc, channel) as place
            from marts.mart_channel_steps
            where grain = 'year' and dimension = 'all'
            group by channel
            qualify place <= {MOST_NAMES}
        ),

        told as (
            select
                grain, period_start, dimension, dimension_value, channel,
                case
                    when next_channel is not null then next_channel
                    when is_end_resolved then '{RESOLVED}' else '{UNRESOLVED}'
                end as next_step,
                contact_count, round(share_of_channel, 4) as share
            from marts.mart_channel_steps
            {kept_periods(months=13, quarters=8)}
        )

        select
            told.*,
            channels.place,
            case next_step
                when '{RESOLVED}' then -1 when '{UNRESOLVED}' then 0 else arrived.place
            end as next_place
        from told
        inner join offered using (dimension, dimension_value)
        inner join channels on told.channel = channels.channel
        left join channels as arrived on told.next_step = arrived.channel
        where arrived.channel is not null or next_step in ('{RESOLVED}', '{UNRESOLVED}')
        order by dimension, dimension_value, grain, period_start, channel, next_place
        """,
        offered(connection),
    )

    def chart(language: Language) -> alt.TopLevelMixin:
        share = Words("Of 100 contacts there", "Sur 100 contacts")
        base = alt.Chart(ROWS, height=alt.Step(24)).encode(
            x=alt.X(
                "next_step:N",
                title=NEXT.of(language),
                sort=alt.EncodingSortField("next_place", op="min", order="ascending"),
                scale=alt.Scale(paddingInner=0.04),
                axis=alt.Axis(
                    orient="top",
                    labelAngle=-45,
                    labelLimit=110,
                    labelOverlap=False,
                    ticks=False,
                    domain=False,
                ),
            ),
            y=alt.Y(
                "channel:N",
                title=None,
                sort=alt.EncodingSortField("place", op="min", order="ascending"),
                scale=alt.Scale(paddingInner=0.06),
                axis=alt.Axis(ticks=False, domain=False),
            ),
        )
        return alt.layer(
            base.mark_rect().encode(
                color=alt.Color(
                    "share:Q",
                    # Most contacts are the last: a linear scale would leave every step pale.
                    scale=alt.Scale(type="sqrt", domain=[0, 1]),
                    legend=alt.Legend(title=share.of(language), formatType="ratio"),
                ),
                tooltip=[
                    alt.Tooltip("channel:N", title=CHANNEL.of(language)),
                    alt.Tooltip("next_step:N", title=NEXT.of(language)),
                    alt.Tooltip("share:Q", title=share.of(language), formatType="ratio"),
                    alt.Tooltip("contact_count:Q", title=CONTACTS.of(language), formatType="count"),
                ],
            ),
            base.transform_filter("datum.share >= 0.005")
            .mark_text(fontSize=10, color=INK)
            .encode(
                text=alt.Text("percent:Q"),
            )
            .transform_calculate(percent="round(100 * datum.share)"),
            # The last channel's name leans out over its column.
            padding={"left": 4, "top": 4, "right": 24, "bottom": 4},
        )

    return Picture(
        key="channel_steps",
        theme="channels",
        title=Words("Which channel leads to which", "Quel canal mène à quel autre"),
        reading=Words(
            "Of 100 contacts on the channel at the left, so many ended the journey, resolved or "
            "not, and so many were followed by another contact, on the channel at the top. Only "
            "journeys that are over; steps of less than one in two hundred have no figure.",
            "Sur 100 contacts du canal à gauche, tant ont terminé le parcours, résolu ou non, et "
            "tant ont été suivis d'un autre contact, sur le canal en haut. Seuls les parcours "
            "terminés comptent ; moins d'un sur deux cents n'est pas chiffré.",
        ),
        kpis=("channel_pivot_rate", "journey_resolution", "email_to_call_rate"),
        chart=chart,
        columns=(
            Column("channel", CHANNEL),
            Column("next_step", NEXT, words=ENDS),
            Column("share", Words("Share of the channel", "Part du canal"), "ratio"),
            Column("contact_count", CONTACTS, "count"),
        ),
        rows=rows,
        follows="period",
        answers=CHOICES,
    )


def journey_paths(connection: duckdb.DuckDBPyConnection) -> Picture:
    """The ways that people take over more than one channel, and what comes of them."""
    rows = read_rows(
        connection,
        f"""
        with told as (
            select
                grain, period_start, dimension_value as path, denominator, numerator, value,
                row_number() over (
                    partition by grain, period_start order by denominator desc, dimension_value
                ) as place
            from marts.kpi_values
            where kpi_key = 'journey_resolution' and dimension = 'path'
                and grain in ('month', 'quarter', 'year')
                and contains(dimension_value, ' > ') and denominator > 0
            {kept_periods()}
        )

        select
            grain, period_start, path, place, value as resolved_share, denominator as journeys,
            outcome, case outcome when 'yes' then numerator else denominator - numerator end as part
        from told
        cross join (values ('yes'), ('no')) as outcomes (outcome)
        where place <= {MOST_PATHS}
        order by grain, period_start, place, outcome
        """,
    )

    def chart(language: Language) -> alt.TopLevelMixin:
        words = [outcome.of(language) for outcome in OUTCOMES.values()]
        drawn: alt.Chart = (
            alt.Chart(ROWS, height=alt.Step(24))
            .mark_bar()
            .encode(
                y=alt.Y(
                    "path:N",
                    title=None,
                    sort=alt.EncodingSortField("place", op="min", order="ascending"),
                    axis=alt.Axis(ticks=False, domain=False),
                ),
                x=alt.X(
                    "part:Q",
                    title=JOURNEYS.of(language),
                    axis=alt.Axis(formatType="count"),
                ),
                color=alt.Color(
                    "outcome:N",
                    scale=alt.Scale(domain=words, range=[ACCENT, QUIET]),
                    legend=alt.Legend(title=None),
                ),
                order=alt.Order("rank:Q"),
                tooltip=[
                    alt.Tooltip("path:N", title=" "),
                    alt.Tooltip("journeys:Q", title=JOURNEYS.of(language), formatType="count"),
                    alt.Tooltip(
                        "resolved_share:Q", title=RESOLVED_SHARE.of(language), formatType="ratio"
                    ),
                ],
            )
            .transform_calculate(rank=f"datum.outcome == '{words[0]}' ? 0 : 1")
        )
        return drawn

    return Picture(
        key="journey_paths",
        theme="channels",
        title=Words("Journeys over several channels", "Les parcours sur plusieurs canaux"),
        reading=Words(
            f"The {MOST_PATHS} most frequent ways over two channels or more, channel by channel: "
            "how many went so, and how many of them ended resolved.",
            f"Les {MOST_PATHS} chemins les plus fréquents sur deux canaux ou plus, canal après "
            "canal : combien l'ont pris, et combien en sont sortis avec une solution.",
        ),
        kpis=("journey_resolution", "channel_pivot_rate"),
        chart=chart,
        columns=(
            Column("path", Words("Path", "Chemin")),
            Column("outcome", OUTCOME, words=OUTCOMES),
            Column("part", JOURNEYS, "count"),
            Column("resolved_share", RESOLVED_SHARE, "ratio"),
        ),
        rows=rows,
        follows="period",
    )
