"""Five years of a large house, published: every KPI by the dimensions that docs/kpis.md says.

80 clients, services and contracts of up to 200 calls and tickets a day; each figure is drawn by a
hash: the same in every run, and independent of the one before, as no real figure is. The marts have
rows for every choice and period that a picture may carry.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from report_warehouse import make_tables
from service_kpis.warehouse import PROJECT_DIR, Warehouse

FIRST_DAY, LAST_DAY = "2021-12-10", "2026-12-09"
VALUES = {
    "client": [f"client {n}" for n in range(40)],
    "service": [f"service {n}" for n in range(10)],
    "contract": [f"client {n} / service {n % 10}" for n in range(30)],
    "channel": [f"channel {n}" for n in range(12)],
    "platform": [f"platform {n}" for n in range(12)],
    "complexity": ["(none)", "high", "low", "medium"],
    "agent": [f"agent {n}" for n in range(60)],
    "path": [f"channel {n} > channel {n % 7}" for n in range(40)],
}
CHOICES = ("client", "service", "contract")
ENTRY = re.compile(r"^### (\w+)\n(.*?)(?=^### |^## |\Z)", re.MULTILINE | re.DOTALL)
DRAWN = "(hash({}) % 1000003) / 1000003.0"


def publish_five_years(folder: Path) -> Warehouse:
    """Write the published file and give the warehouse that holds it."""
    warehouse = Warehouse(folder)
    with duckdb.connect(warehouse.published) as connection:
        make_tables(connection)
        connection.execute(f"""
            create macro drawn(seed) as {DRAWN.format("seed")};
            create temp table periods as
            select distinct grain, cast(date_trunc(grain, day) as date) as period_start
            from
                generate_series(date '{FIRST_DAY}', date '{LAST_DAY}', interval 1 day) as days(day),
                (values ('day'), ('week'), ('month'), ('quarter'), ('year')) as grains(grain)
            where grain <> 'day' or day > date '{LAST_DAY}' - 100;
            create temp table cells (dimension text, dimension_value text);
            create temp table kpis (
                kpi_key text, unit text, counted text, dimension text, grain text
            );
        """)
        cells = [("all", "all"), *((name, of) for name, each in VALUES.items() for of in each)]
        connection.executemany("insert into cells values (?, ?)", cells)
        described = entries()
        connection.executemany(
            "insert into kpis values (?, ?, ?, ?, ?)",
            [
                (key, told["Unit"].split(",")[0], counted(key), dimension, grain)
                for key, told in described.items()
                for dimension in told["Dimensions"].split(", ")
                for grain in told["Grains"].split(", ")
            ],
        )
        fill_catalogue(connection, described)
        fill_kpis(connection)
        fill_marts(connection)
    return warehouse


def entries() -> dict[str, dict[str, str]]:
    """Read what docs/kpis.md tells of each KPI: the head of a line to its text."""
    text = (PROJECT_DIR / "docs" / "kpis.md").read_text(encoding="utf-8")
    return {
        key: {
            head.strip(): told.strip()
            for head, told in re.findall(r"^\| ([^|]+) \| ([^|]*) \|$", body, re.MULTILINE)
        }
        for key, body in ENTRY.findall(text)
    }


def counted(key: str) -> str:
    """Name what a KPI divides by: those of one denominator stand on the same sample."""
    [path] = (PROJECT_DIR / "models" / "kpi").glob(f"*/kpi_{key}.sql")
    sql = path.read_text(encoding="utf-8")
    found = [re.search(pattern, sql) for pattern in (r"ref\('(\w+)'\)", r"denominator=(.*),")]
    return " ".join(each[1] for each in found if each) or key


def fill_catalogue(
    connection: duckdb.DuckDBPyConnection, described: dict[str, dict[str, str]]
) -> None:
    """Describe each KPI in its own words; its theme is that of its model's folder."""
    themes = {
        path.stem.removeprefix("kpi_"): path.parent.name
        for path in (PROJECT_DIR / "models" / "kpi").glob("*/kpi_*.yml")
    }
    for key, told in described.items():
        english, french = told["Label"].split(" · ")
        direction = {"more": "up", "less": "down"}.get(told["Unit"].split(", ")[1].split()[0])
        connection.execute(
            """
            insert into marts.kpi_catalogue by name
            select $1 as kpi_key, $2 as theme, $3 as label_en, $4 as label_fr, $5 as definition,
                $6 as definition_fr, $7 as formula, $8 as unit, $9 as direction, 0.5 as target
            """,
            [key, themes[key], english, french, told["Definition"], told["Définition"],
             told["Formula"], told["Unit"].split(",")[0], direction],
        )  # fmt: skip


def fill_kpis(connection: duckdb.DuckDBPyConnection) -> None:
    """Draw each KPI: whole counts, and shares and means of what raw data hold in whole numbers.

    A choice has up to 200 calls, tickets and so on a day, the whole house 2000.
    """
    connection.execute(f"""
        insert into marts.kpi_values by name
        with sampled as (
            select
                *, hash(kpi_key, grain, period_start, dimension, dimension_value) as seed,
                cast(
                    2 + if(dimension = 'all', 2000, 200)
                    * case grain
                        when 'day' then 1 when 'week' then 7 when 'month' then 30
                        when 'quarter' then 91 else 365
                    end
                    * drawn(hash(counted, grain, period_start, dimension, dimension_value))
                    as bigint
                ) as sample_size
            from kpis inner join cells using (dimension) inner join periods using (grain)
        ),
        valued as (
            select
                *,
                case
                    when unit = 'ratio' then round(sample_size * share) / sample_size
                    when unit = 'points' then 100 * round(sample_size * (2 * share - 1))
                        / sample_size
                    when unit = 'score' then round(sample_size * (1 + 4 * share)) / sample_size
                    when unit = 'flag' then round(share)
                    when unit = 'count' then round(sample_size * share)
                    when unit = 'currency' then round(90 * sample_size * share, 2)
                    when is_percentile then round(1800 * share) / 2
                    else round(900 * sample_size * share) / sample_size
                end as value,
                unit in ('ratio', 'seconds', 'score', 'points') and not is_percentile
                as has_interval
            from (
                select
                    *, drawn(hash(seed, 2)) as share,
                    kpi_key like 'median%' or kpi_key like 'p90%' as is_percentile
                from sampled
            )
        )
        select
            kpi_key, grain, period_start, dimension, dimension_value, value,
            value * sample_size as numerator, sample_size as denominator, sample_size,
            case when has_interval then value * (1 - drawn(hash(seed, 3)) / 5) end as ci_low,
            case when has_interval then value * (1 + drawn(hash(seed, 4)) / 5) end as ci_high,
            period_start < date_trunc(grain, date '{LAST_DAY}') as is_complete
        from valued
    """)
    connection.execute("""
        insert into marts.kpi_changes by name
        select
            kpi_key, grain, period_start, dimension, dimension_value, value, sample_size,
            is_complete, hash(value) % 2 = 0 as is_beyond_chance,
            case when value > 0.5 then 'met' else 'missed' end as status
        from marts.kpi_values
    """)


def fill_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill what pictures read: for every choice and period, and each hour, channel and type."""
    connection.execute(f"""
        create temp table chosen as
        select *, hash(grain, period_start, dimension, dimension_value) as seed
        from cells cross join periods
        where dimension in ('all', {", ".join(f"'{name}'" for name in CHOICES)})
            and grain in ('month', 'quarter', 'year');
        create temp table types as
        select 'type ' || n as request_type, n % 2 = 0 as is_self_care from range(12) as numbers(n);
        create temp table channels as
        select 'channel ' || n as channel, n from range(12) as numbers(n);

        insert into marts.mart_calls_by_hour by name
        select
            grain, period_start, dimension, dimension_value, weekday, hour_of_day,
            4 as day_count,
            cast(if(dimension = 'all', 900, 90) * drawn(hash(seed, slot, 1)) as bigint)
            as inbound_count,
            inbound_count / 4 as calls_per_day,
            round(inbound_count * drawn(hash(seed, slot, 2))) / nullif(inbound_count, 0)
            as abandon_rate,
            300 * drawn(hash(seed, slot, 3)) as average_wait_time
        from chosen cross join (
            select weekday, hour_of_day, weekday * 24 + hour_of_day as slot
            from range(1, 8) as weekdays(weekday), range(8, 22) as hours(hour_of_day)
        );

        insert into marts.mart_request_mix by name
        select
            grain, period_start, dimension, dimension_value, request_type, is_self_care,
            cast(5000 * drawn(hash(seed, request_type)) as bigint) as contact_count,
            drawn(hash(seed, request_type)) as share_of_contacts
        from chosen cross join types;

        insert into marts.mart_channel_steps by name
        select
            grain, period_start, dimension, dimension_value, channel,
            case when next_n < 12 then 'channel ' || next_n end as next_channel, next_n = 12 as
            is_end_resolved, cast(5000 * drawn(hash(seed, channel, next_n)) as bigint) as
            contact_count, drawn(hash(seed, channel, next_n)) as share_of_channel
        from chosen cross join channels cross join range(14) as steps(next_n)
        where hash(channel, next_n) % 2 = 0;

        insert into marts.mart_channel_demand by name
        select
            grain, period_start, channel, request_type,
            cast(5000 * drawn(hash(period_start, channel, request_type)) as bigint) as
            contact_count, drawn(hash(period_start, channel, request_type)) as share_of_channel
        from periods cross join channels cross join types where grain <> 'day';

        insert into marts.fct_calls by name
        select distinct
            dimension_value as contract, split_part(dimension_value, ' / ', 1) as client,
            split_part(dimension_value, ' / ', 2) as service
        from marts.kpi_changes where dimension = 'contract';

        insert into marts.mart_sla_compliance by name
        select
            if(dimension <> 'service', split_part(dimension_value, ' / ', 1), null) as client,
            case dimension
                when 'service' then dimension_value
                when 'contract' then split_part(dimension_value, ' / ', 2)
            end as service,
            dimension, dimension_value, kpi_key, grain, period_start, value,
            0.4 as ci_low, 0.6 as ci_high, 0.5 as target, value - 0.5 as difference, status,
            sample_size, is_complete, date '{FIRST_DAY}' as starts_on
        from marts.kpi_changes
        where dimension in ('client', 'service', 'contract')
            and kpi_key in ('service_level', 'average_speed_of_answer');

        insert into marts.mart_agents_beside_all by name
        select
            kpi_key, grain, period_start, dimension_value as agent, value, ci_low, ci_high,
            sample_size, 0.5 as value_of_all, ci_low > 0.5 or ci_high < 0.5 as is_beyond_chance
        from marts.kpi_values where dimension = 'agent' and grain <> 'day';

        insert into marts.mart_peak_vs_regular by name
        select
            kpi_key, grain, period_start, day_type, 9 as day_count,
            2 * drawn(hash(kpi_key, day_type, period_start)) as ratio_to_regular
        from periods, (values ('promotion'), ('public_holiday')) as kinds(day_type), (values
            ('calls_offered'), ('tickets_created'), ('average_handle_time'), ('service_level'),
            ('customer_satisfaction_score')) as compared(kpi_key)
        where grain in ('month', 'quarter', 'year');

        insert into marts.mart_review_bursts by name
        select
            'platform ' || n as platform, cast(day as date) as posted_on,
            cast(60 * drawn(hash(day, n)) as bigint) as review_count, 4.5 as mean_before,
            review_count > 50 as is_burst
        from
            generate_series(date '{FIRST_DAY}', date '{LAST_DAY}', interval 1 day) as days(day),
            range(12) as platforms(n);

        insert into marts.mart_retention_cohorts by name
        select
            came.grain, came.period_start as cohort_start, later.period_start,
            dense_rank() over (
                partition by came.grain, came.period_start order by later.period_start
            ) - 1 as period_number,
            500 as customer_count, 400 as active_count,
            drawn(hash(came.period_start, later.period_start)) as active_share,
            true as is_complete
        from periods as came
        inner join periods as later
            on came.grain = later.grain and came.period_start <= later.period_start
        where came.grain in ('month', 'quarter', 'year');

        insert into marts.mart_effort_drivers by name
        select
            effort, kpi_key, 99 as answers_with, 3.1 as value_with, 50 as answers_without,
            2.2 as value_without, 0.9 as difference, true as is_beyond_chance
        from (values ('transferred'), ('called_again'), ('not_answered_at_first'),
            ('explained_to_several_agents')) as efforts(effort), (values
            ('customer_satisfaction_score'), ('net_promoter_score'), ('customer_effort_score'),
            ('customer_effort_score_v2')) as scores(kpi_key);
    """)
