"""What each chart must show, asked of the published file another way than the chart asks.

Where a chart averages the verdicts of a fact, the figures expected are those of kpi_values.
"""

from __future__ import annotations

# Shares of all time: whole months make it up, the unfinished one too.
_OF_ALL_TIME = """
    select sum(numerator) / sum(denominator)
    from marts.kpi_values
    where kpi_key = '{}' and grain = 'month' and dimension = '{}' and dimension_value = {}
"""
_BY_MONTH = """
    select period_start, nullif(dimension_value, '(none)'), value
    from marts.kpi_values
    where kpi_key = '{}' and grain = 'month' and dimension = '{}' and value is not null
"""
_PROMISED = """
    select
        promise.period_start, promise.client, promise.service,
        avg(cell.value - promise.target)
    from marts.mart_sla_compliance as promise
    inner join marts.kpi_values as cell
        on cell.kpi_key = promise.kpi_key and cell.grain = promise.grain
        and cell.period_start = promise.period_start
        and cell.dimension = case
            when promise.client is null and promise.service is null then 'all'
            when promise.service is null then 'client'
            when promise.client is null then 'service'
            else 'contract'
        end
        and cell.dimension_value = coalesce(
            promise.client || ' / ' || promise.service, promise.client, promise.service, 'all'
        )
    where promise.grain = 'month' and promise.kpi_key = 'service_level' and promise.is_complete
    group by all
"""
_KEPT = """
    select client, service, kpi_key, target,
        count(*) filter (status = 'met') / nullif(count(*) filter (status in ('met', 'missed')), 0)
    from marts.mart_sla_compliance
    where grain = 'month' and is_complete
    group by all
"""
_HEADLINES = """
    select period_start, kpi_key, value
    from marts.kpi_values
    where grain = 'month' and dimension = 'all' and is_complete and kpi_key in (
        'answer_rate', 'service_level', 'first_call_resolution', 'customer_satisfaction_score',
        'response_rate_in_time'
    )
"""
_SCORECARD = """
    select kpi_key, period_start, value, previous_value, is_beyond_chance, target, status
    from marts.kpi_scorecard
    where grain = 'month' and dimension = 'all'
"""

SHOWN = {
    "Service level": _OF_ALL_TIME.format("service_level", "all", "'all'"),
    "First call resolution": _OF_ALL_TIME.format("first_call_resolution", "all", "'all'"),
    "Net promoter score": _OF_ALL_TIME.format("net_promoter_score", "all", "'all'"),
    "Tickets": (
        "select sum(value) from marts.kpi_values "
        "where kpi_key = 'tickets_created' and grain = 'year' and dimension = 'all'"
    ),
    "Headline KPIs by month (all clients, whatever is chosen)": _HEADLINES,
    "Service level by month and contract": _BY_MONTH.format("service_level", "contract"),
    "Service level above or below what the contract promises": _PROMISED,
    "Contracts: share of months in which each promise was kept": _KEPT,
    "First call resolution by month and contract": _BY_MONTH.format(
        "first_call_resolution", "contract"
    ),
    "Net promoter score by month": (
        "select period_start, value from marts.kpi_values where kpi_key = 'net_promoter_score' "
        "and grain = 'month' and dimension = 'all' and value is not null"
    ),
    "Tickets by month and channel": _BY_MONTH.format("tickets_created", "channel"),
    "Tickets answered in time, by month and channel": _BY_MONTH.format(
        "response_rate_in_time", "channel"
    ),
    "Scorecard of the latest complete month (all clients, whatever is chosen)": _SCORECARD,
    "What each KPI is": "select kpi_key, label_en, unit, formula from marts.kpi_catalogue",
}

# After a choice: the chart, what is chosen, and the cell of kpi_values that it must show then.
CHOSEN = [
    ("Service level", {"client": "$1"}, _OF_ALL_TIME.format("service_level", "client", "$1")),
    (
        "Net promoter score",
        {"client": "$1"},
        _OF_ALL_TIME.format("net_promoter_score", "client", "$1"),
    ),
    (
        "First call resolution",
        {"client": "$1", "service": "$2"},
        _OF_ALL_TIME.format("first_call_resolution", "contract", "$1 || ' / ' || $2"),
    ),
    (
        "Tickets",
        {"client": "$1", "service": "$2"},
        _OF_ALL_TIME.format("tickets_created", "contract", "$1 || ' / ' || $2").replace(
            "sum(numerator) / sum(denominator)", "sum(value)"
        ),
    ),
]
