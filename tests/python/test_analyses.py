"""The analyses run on built marts, and their answers agree with the facts."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from compiled_models import Compiled, build, furnish
from service_kpis.generating import generate
from service_kpis.landing import land
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@pytest.fixture(scope="module")
def marts(
    shipped: Compiled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Three months of a small service, as orders take two to mature; each analysis is a view."""
    folder = tmp_path_factory.mktemp("analyses")
    generate(folder / "sample", days=90, calls_per_day=70)
    warehouse = Warehouse(folder / "warehouse")
    with warehouse.locked():
        land(warehouse, [folder / "sample"])
    with warehouse.connect() as connection:
        furnish(connection, shipped)
        build(connection, shipped)
        for name, query in shipped.analyses.items():
            connection.execute(f"create view {name} as {query}")
        yield connection


def one(marts: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    row = marts.sql(query).fetchone()
    assert row is not None
    return row


def test_every_analysis_has_an_answer(marts: duckdb.DuckDBPyConnection) -> None:
    names = [file.stem for file in (PROJECT_DIR / "analyses").glob("*.sql")]
    assert len(names) == 10
    assert [name for name in names if not marts.table(name).fetchone()] == []


def test_worst_hours_are_the_five_weakest_of_each_client(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        marts,
        """
        with hours as (
            select client, isodow(started_on) as weekday,
                   hour(timezone('Europe/Paris', timezone('UTC', started_at))) as local_hour,
                   avg(is_service_level_met::int) as service_level
            from marts.fct_calls
            where is_service_level_met is not null
            group by all
            having count(*) >= 30
        ),
        weakest as (
            select client, list(service_level order by service_level)[:5] as levels
            from hours
            group by client
        ),
        answered as (
            select client, list(service_level order by weakness) as levels
            from worst_hours_by_client
            group by client
        )
        select count(*) > 0, bool_and(weakest.levels = answered.levels)
        from weakest full join answered on weakest.client is not distinct from answered.client
        """,
    ) == (True, True)


def test_waits_hold_every_answer_about_a_call(marts: duckdb.DuckDBPyConnection) -> None:
    answers, points = one(
        marts, "select sum(answers), sum(answers * net_promoter_score) from waiting_and_promoters"
    )
    expected = one(
        marts,
        """
        select count(*), sum(nps_points)
        from marts.fct_surveys as s
        join marts.fct_calls as c on c._source = s.call_source and c.call_id = s.call_id
        where nps_points is not null and wait_seconds is not null
        """,
    )
    assert expected[0]
    assert (answers, points) == (expected[0], pytest.approx(expected[1]))


def test_reasons_add_up_to_first_call_resolution(marts: duckdb.DuckDBPyConnection) -> None:
    issues, unsolved, shares = one(
        marts,
        "select sum(issues), sum(unsolved_issues), sum(share_of_unsolved) "
        "from reasons_to_call_again",
    )
    assert (issues, unsolved) == one(
        marts,
        "select sum(denominator), sum(denominator - numerator) from marts.kpi_values "
        "where kpi_key = 'first_call_resolution' and grain = 'year' and dimension = 'all'",
    )
    assert shares == pytest.approx(1)


def test_contracts_off_target_lie_on_the_wrong_side(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.sql(
        "select direction, value, a.target, ci_low, ci_high, is_missed_beyond_chance "
        "from contracts_off_target as a join marts.kpi_catalogue as c using (label_en)"
    ).fetchall()
    for direction, value, target, low, high, is_beyond_chance in rows:
        assert value < target if direction == "up" else value > target
        assert is_beyond_chance == (not low <= target <= high)


def test_promotion_days_hold_every_day_and_call(marts: duckdb.DuckDBPyConnection) -> None:
    days, offered = one(
        marts, "select sum(day_count), sum(day_count * offered_calls_a_day) from promotion_days"
    )
    expected = one(
        marts,
        "select count(distinct started_on), count(*) filter (where is_offered) "
        "from marts.fct_calls where is_inbound",
    )
    assert (days, offered) == (expected[0], pytest.approx(expected[1]))


def test_returns_are_the_contacts_about_a_return(marts: duckdb.DuckDBPyConnection) -> None:
    expected = marts.sql("""
        select channel, count(*), count(*) filter (request_type = 'return')
        from marts.fct_contacts
        group by channel
    """).fetchall()
    found = marts.sql(
        "select channel, contacts, return_contacts, share_of_channel from returns_by_channel"
    ).fetchall()
    assert sum(returns for _, _, returns in expected) > 0
    assert sorted(found) == [
        (channel, contacts, returns, pytest.approx(returns / contacts))
        for channel, contacts, returns in sorted(expected)
    ]
    assert one(marts, "select sum(share_of_returns) from returns_by_channel") == (pytest.approx(1),)


def test_calls_after_late_e_mails_are_counted_and_what_they_cost(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    expected = {
        answered: (mails, calls)
        for answered, mails, calls in marts.sql("""
            select answered_within_24h, count(*), count(*) filter (is_followed_by_call)
            from marts.fct_email_tickets
            where is_followed_by_call is not null
            group by answered_within_24h
        """).fetchall()
    }
    found = {
        answered: (mails, calls, saved)
        for answered, mails, calls, saved in marts.sql(
            "select answered_within_24h, e_mails, followed_by_call, calls_saved "
            "from late_emails_and_calls"
        ).fetchall()
    }
    assert {answered: row[:2] for answered, row in found.items()} == expected
    (late, calls), (timely, other_calls) = expected["no"], expected["yes"]
    assert found["no"][2] == pytest.approx(calls - late * other_calls / timely)
    assert found["yes"][2] == pytest.approx(0)


def test_the_peak_is_told_by_its_calls_agents_and_absences(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """A day at a time, in Python: who answered, and who was away."""
    day_types = dict(marts.sql("select date_on, day_type from marts.dim_days").fetchall())
    absences = marts.sql(
        "select agent, starts_on, ends_on from marts.fct_agent_absences"
    ).fetchall()
    calls = marts.sql(
        "select started_on, agent, is_offered, is_answered from marts.fct_calls where is_inbound"
    ).fetchall()
    by_type: dict[str, list[tuple[int, int, int]]] = {}
    for day in {call[0] for call in calls}:
        of_day = [call for call in calls if call[0] == day]
        offered = sum(call[2] for call in of_day)
        agents = len({call[1] for call in of_day if call[3]} - {None})
        absent = len({agent for agent, first, last in absences if first <= day <= last})
        by_type.setdefault(day_types[day], []).append((offered, agents, absent))
    found = marts.sql(
        "select day_type, day_count, offered_calls_a_day, agents_a_day, absent_agents_a_day "
        "from understaffed_at_the_peak"
    ).fetchall()
    assert absences
    assert sorted(found) == [
        (
            day_type,
            len(days),
            *(pytest.approx(sum(column) / len(days)) for column in zip(*days, strict=True)),
        )
        for day_type, days in sorted(by_type.items())
    ]


def test_groups_by_answer_rate_hold_every_answer_of_their_weeks(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    groups = marts.sql(
        "select answer_rate, answers, customer_effort_score from effort_and_answer_rate"
    ).fetchall()
    assert len(groups) == 4
    assert groups == sorted(groups)  # from the lowest answer rate to the highest
    answers, scores = one(
        marts,
        "select sum(efforts.denominator), sum(efforts.numerator) "
        "from marts.kpi_values as efforts join marts.kpi_values as rates "
        "using (grain, period_start, dimension, dimension_value) "
        "where grain = 'week' and dimension = 'client' and rates.value is not null "
        "and efforts.kpi_key = 'customer_effort_score' and rates.kpi_key = 'answer_rate'",
    )
    assert sum(group[1] for group in groups) == answers
    assert sum(group[1] * group[2] for group in groups) == pytest.approx(scores)


def test_deliveries_hold_every_mature_order_and_defect(marts: duckdb.DuckDBPyConnection) -> None:
    assert one(
        marts, "select sum(orders), sum(defective_orders) from late_deliveries_and_defects"
    ) == one(
        marts,
        "select sum(denominator), sum(numerator) from marts.kpi_values "
        "where kpi_key = 'order_defect_rate' and grain = 'year' and dimension = 'all'",
    )
    assert one(
        marts, "select orders from late_deliveries_and_defects where delivered = 'in time'"
    ) == one(
        marts,
        "select count(*) from marts.fct_orders where is_defective is not null "
        "and fulfilled_by = 'merchant' and status <> 'cancelled' and delivered_at <= deliver_by",
    )
