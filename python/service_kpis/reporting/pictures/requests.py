"""Pictures of what is asked: by type, by channel, and what nobody should have to ask."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES
from service_kpis.reporting.picture import (
    ACCENT,
    QUIET,
    ROWS,
    SECOND,
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
    over_time,
)

CHANNEL = Words("Channel", "Canal")
REQUEST = Words("Request", "Demande")
CONTACTS = Words("Contacts", "Contacts")
SHARE = Words("Share of contacts", "Part des contacts")
SELF_CARE = Words("Self-care", "Autonomie")
CARES = {
    "yes": Words("customers could do it", "réalisable par le client"),
    "no": Words("they could not", "non réalisable"),
    "unknown": Words("not told", "non précisé"),
}
NOT_TOLD = Words("not told", "non précisé")


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [request_mix(connection), self_care_over_time(), channel_demand(connection)]


def request_words(connection: duckdb.DuckDBPyConnection) -> dict[str, Words]:
    """Read what the user's seed calls the request types."""
    found = connection.execute(
        "select request_type, label_en, label_fr from marts.dim_request_types"
    ).fetchall()
    return {"(none)": NOT_TOLD} | {
        code: Words(english or code, french or english or code) for code, english, french in found
    }


def request_mix(connection: duckdb.DuckDBPyConnection) -> Picture:
    """What people ask for, and what of it needs nobody."""
    rows = read_rows(
        connection,
        f"""
        with {CHOSEN},

        told as (
            select
                grain, period_start, dimension, dimension_value, request_type,
                case
                    when is_self_care then 'yes' when not is_self_care then 'no' else 'unknown'
                end as self_care,
                contact_count, round(share_of_contacts, 4) as share, -contact_count as place
            from marts.mart_request_mix
            where grain <> 'week'
            {kept_periods()}
                and row_number() over (
                    partition by grain, period_start, dimension, dimension_value
                    order by contact_count desc, request_type
                ) <= {MOST_NAMES}
        )

        select told.* from told
        inner join offered using (dimension, dimension_value)
        order by dimension, dimension_value, grain, period_start, contact_count desc, request_type
        """,
        offered(connection),
    )

    def chart(language: Language) -> alt.TopLevelMixin:
        words = [care.of(language) for care in CARES.values()]
        base = alt.Chart(ROWS, height=alt.Step(24)).encode(
            y=alt.Y(
                "request_type:N",
                title=None,
                sort=alt.EncodingSortField("place", op="min", order="ascending"),
                axis=alt.Axis(ticks=False, domain=False),
            ),
            x=alt.X(
                "share:Q",
                title=SHARE.of(language),
                scale=alt.Scale(rangeMax={"expr": "width - 44"}),
                axis=alt.Axis(formatType="ratio"),
            ),
        )
        return alt.layer(
            base.mark_bar().encode(
                color=alt.Color(
                    "self_care:N",
                    scale=alt.Scale(domain=words, range=[SECOND, ACCENT, QUIET]),
                    legend=alt.Legend(title=None),
                ),
                tooltip=[
                    alt.Tooltip("request_type:N", title=REQUEST.of(language)),
                    alt.Tooltip("share:Q", title=SHARE.of(language), formatType="ratio"),
                    alt.Tooltip("contact_count:Q", title=CONTACTS.of(language), formatType="count"),
                    alt.Tooltip("self_care:N", title=SELF_CARE.of(language)),
                ],
            ),
            base.mark_text(align="left", dx=4, color=QUIET, fontSize=11).encode(
                text=alt.Text("share:Q", formatType="ratio")
            ),
        )

    return Picture(
        key="request_mix",
        theme="channels",
        title=Words("What people ask for", "Ce que l'on demande"),
        reading=Words(
            "Calls and tickets by what they were about. What customers could do by themselves has "
            "a colour of its own: each such contact is one that a better page or menu might save. "
            f"The {MOST_NAMES} most frequent are shown.",
            "Les appels et tickets selon leur objet. Ce que le client pourrait faire seul a sa "
            "couleur : une meilleure page ou un meilleur menu éviterait ces contacts. "
            f"Les {MOST_NAMES} plus fréquentes sont montrées.",
        ),
        kpis=("self_care_share", "low_value_request_share"),
        chart=chart,
        columns=(
            Column("request_type", REQUEST, words=request_words(connection)),
            Column("share", SHARE, "ratio"),
            Column("contact_count", CONTACTS, "count"),
            Column("self_care", SELF_CARE, words=CARES),
        ),
        rows=rows,
        follows="period",
        answers=CHOICES,
    )


def self_care_over_time() -> Picture:
    """Whether requests that need nobody become fewer."""
    keys = ("self_care_share", "low_value_request_share")
    share = Words("Share of requests", "Part des demandes")
    return Picture(
        key="self_care_over_time",
        theme="channels",
        title=Words("What need not be asked", "Ce qui pourrait ne pas être demandé"),
        reading=Words(
            "The share of requests that customers could do by themselves, and of those that nobody "
            "should have to make. Requests of unknown type are left out.",
            "La part des demandes que le client pourrait faire seul, et de celles que personne ne "
            "devrait avoir à faire. Les demandes de type inconnu sont laissées de côté.",
        ),
        **over_time(keys, share, "ratio"),
    )


def channel_demand(connection: duckdb.DuckDBPyConnection) -> Picture:
    """What is asked on each channel."""
    of_channel = Words("Share of the channel", "Part du canal")
    rows = read_rows(
        connection,
        f"""
        with channels as (
            select channel from marts.mart_channel_demand
            where grain = 'year' group by channel
            order by sum(contact_count) desc, channel limit {MOST_NAMES}
        ),

        request_types as (
            select request_type, -sum(contact_count) as place from marts.mart_channel_demand
            where grain = 'year' group by request_type
            order by sum(contact_count) desc, request_type limit {MOST_NAMES}
        )

        select
            grain, period_start, channel, request_type, contact_count,
            round(share_of_channel, 3) as share, place
        from marts.mart_channel_demand
        inner join channels using (channel)
        inner join request_types using (request_type)
        where grain in ('month', 'quarter', 'year')
        {kept_periods()}
        order by grain, period_start, channel, request_type
        """,
    )

    def chart(language: Language) -> alt.TopLevelMixin:
        drawn: alt.Chart = (
            alt.Chart(ROWS, height=alt.Step(24))
            .mark_rect()
            .encode(
                x=alt.X(
                    "channel:N",
                    title=None,
                    scale=alt.Scale(paddingInner=0.04),
                    axis=alt.Axis(
                        labelAngle=-45,
                        labelLimit=110,
                        labelOverlap=False,
                        ticks=False,
                        domain=False,
                    ),
                ),
                y=alt.Y(
                    "request_type:N",
                    title=None,
                    sort=alt.EncodingSortField("place", op="min", order="ascending"),
                    scale=alt.Scale(paddingInner=0.06),
                    axis=alt.Axis(ticks=False, domain=False),
                ),
                color=alt.Color(
                    "share:Q",
                    scale=alt.Scale(zero=True),
                    legend=alt.Legend(title=of_channel.of(language), formatType="ratio"),
                ),
                tooltip=[
                    alt.Tooltip("channel:N", title=CHANNEL.of(language)),
                    alt.Tooltip("request_type:N", title=REQUEST.of(language)),
                    alt.Tooltip("share:Q", title=of_channel.of(language), formatType="ratio"),
                    alt.Tooltip("contact_count:Q", title=CONTACTS.of(language), formatType="count"),
                ],
            )
        )
        return drawn

    return Picture(
        key="channel_demand",
        theme="channels",
        title=Words("What is asked where", "Ce que l'on demande, et où"),
        reading=Words(
            "Each column is a channel and adds up to the whole of it: the stronger a "
            "cell, the more of that channel's contacts were about it. A strong cell in one column "
            "alone is a request that carries that channel.",
            "Chaque colonne est un canal et fait son total : plus une case est vive, plus ses "
            "contacts portaient là-dessus. Une case vive dans une seule colonne est une demande "
            "qui charge ce canal.",
        ),
        kpis=("channel_share",),
        chart=chart,
        columns=(
            Column("channel", CHANNEL),
            Column("request_type", REQUEST, words=request_words(connection)),
            Column("share", of_channel, "ratio"),
            Column("contact_count", CONTACTS, "count"),
        ),
        rows=rows,
        follows="period",
    )
