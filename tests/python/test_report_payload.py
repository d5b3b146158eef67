"""What the page is given: the published figures, for every choice that it offers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import pytest

from report_warehouse import HOSTILE, RIGHT_TO_LEFT, Little, publish_little
from service_kpis.reporting.lines import CHANCES, MOST_CHOICES, STATUSES, shared_out
from service_kpis.reporting.payload import payload
from service_kpis.reporting.published import open_published
from service_kpis.reporting.shortening import short_column, shortened, whole_sums

Content = dict[str, Any]


def content_of(little: Little) -> Content:
    with open_published(little.warehouse.published) as connection:
        return payload(little.warehouse, connection)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Little:
    # Two years and a half: the windows of days and weeks have something to leave out.
    return publish_little(tmp_path_factory.mktemp("warehouse"), first_day="2024-06-01")


@pytest.fixture(scope="module")
def content(little: Little) -> Content:
    return content_of(little)


def cells(content: Content) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Read the lines back as rows of kpi_changes, as the page reads them."""
    found = {}
    for line in content["lines"]:
        starts = content["periods"][line["grain"]]["starts"]
        for at, letter in enumerate(line["told"]):
            if letter == " ":
                continue
            judged = ord(letter) - ord("A")
            place = line["from"] + at
            previous = line["value"][at - 1] if at else None
            key = (line["kpi"], line["grain"], starts[place], line["dimension"], line["of"])
            found[key] = (
                line["value"][at],
                previous,
                STATUSES[judged // 6],
                CHANCES[judged % 6 // 2],
                bool(judged % 2),
                line["n"][at],
            )
    return found


def test_the_payload_equals_kpi_changes(little: Little, content: Content) -> None:
    found = cells(content)
    published = little.query("""
        select kpi_key, grain, cast(period_start as varchar), dimension, dimension_value,
            value, previous_value, status, is_beyond_chance, is_complete, sample_size
        from marts.kpi_changes
    """)
    seen = 0
    first = {grain: periods["starts"][0] for grain, periods in content["periods"].items()}
    for *key, value, previous, status, chance, complete, n in published:
        carried = found.get(tuple(key))
        if key[3] == "queue" or key[2] < first[key[1]]:
            assert carried is None, key
            continue
        assert carried is not None, key
        seen += 1
        assert carried[0] == (None if value is None else pytest.approx(value, rel=1e-6)), key
        if key[2] > first[key[1]]:
            assert carried[1] == (None if previous is None else pytest.approx(previous, rel=1e-6))
        assert carried[2:] == (status, chance, complete, n), key
    assert seen == len(found) > 3000


def test_money_keeps_its_thousands(content: Content) -> None:
    line = next(line for line in content["lines"] if line["kpi"] == "repeat_sales_value")
    assert line["value"][0] == 1265793  # of 1 265 793.04: seven digits


def test_days_weeks_and_months_are_carried_as_far_as_promised(content: Content) -> None:
    periods = content["periods"]
    offered = {grain: len(each["starts"]) - each["first"] for grain, each in periods.items()}
    # June 2024 to December 2026
    assert offered == {"day": 92, "week": 104, "month": 31, "quarter": 11, "year": 3}
    assert periods["day"]["starts"][-1] == "2026-12-09"
    # The 9th, and the week and the month that hold it, are not over.
    latest = {grain: each["starts"][each["latest"]] for grain, each in periods.items()}
    assert latest == {
        "day": "2026-12-08",
        "week": "2026-11-30",
        "month": "2026-11-01",
        "quarter": "2026-07-01",
        "year": "2025-01-01",
    }


def test_periods_have_no_gaps(tmp_path: Path) -> None:
    little = publish_little(tmp_path)
    with duckdb.connect(little.warehouse.published) as connection:
        for table in ("kpi_values", "kpi_changes"):
            connection.execute(f"delete from marts.{table} where period_start = '2026-10-01'")
    content = content_of(little)
    assert "2026-10-01" in content["periods"]["month"]["starts"]
    line = next(
        line for line in content["lines"] if (line["kpi"], line["grain"]) == ("churn_rate", "month")
    )
    at = content["periods"]["month"]["starts"].index("2026-10-01") - line["from"]
    assert line["told"][at] == " " and line["value"][at] is None


def test_the_choices_are_the_clients_services_and_contracts(content: Content) -> None:
    assert content["choices"] == {
        "client": sorted([HOSTILE, "acme", RIGHT_TO_LEFT]),
        "service": ["hotline"],
        "contract": ["acme / hotline"],
    }
    assert content["left_out"] == {"client": 0, "service": 0, "contract": 0}
    assert content["sides"] == {"acme / hotline": ("acme", "hotline")}


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ((3, 2, 4), (3, 2, 4)),
        ((40, 40, 40), (8, 8, 8)),
        # 8 services are 3 and leave 5, contracts are 4 and leave 4: clients get 8 + 9.
        ((40, 3, 4), (17, 3, 4)),
        ((0, 2, 90), (0, 2, 22)),
    ],
)
def test_choices_are_shared_out(counts: tuple[int, ...], shares: tuple[int, ...]) -> None:
    names = ("client", "service", "contract")
    assert shared_out(dict(zip(names, counts, strict=True))) == dict(
        zip(names, shares, strict=True)
    )
    assert sum(shares) <= MOST_CHOICES


def test_a_kpi_without_a_whole_comes_by_its_parts(content: Content) -> None:
    parts = {
        (line["dimension"], line["of"])
        for line in content["lines"]
        if line["kpi"] == "channel_share"
    }
    assert parts == {("channel", "phone"), ("channel", HOSTILE)}


def test_intervals_of_a_choice_are_carried_at_longer_grains_alone(content: Content) -> None:
    lines = [line for line in content["lines"] if line["kpi"] == "service_level"]
    with_bounds = {(line["grain"], line["dimension"]) for line in lines if "low" in line}
    assert ("day", "all") in with_bounds and ("month", "client") in with_bounds
    assert ("day", "client") not in with_bounds


def test_contracts_are_judged_by_month_and_longer(little: Little, content: Content) -> None:
    contracts = content["contracts"]
    assert set(contracts["grain"]) == {"month", "quarter", "year"}
    [(published,)] = little.query("""
        select value from marts.mart_sla_compliance
        where grain = 'month' and period_start = date '2026-11-01'
    """)
    at = [
        place
        for place, grain in enumerate(contracts["grain"])
        if grain == "month" and contracts["period_start"][place] == "2026-11-01"
    ]
    assert [contracts["value"][place] for place in at] == [pytest.approx(published, rel=1e-6)]


def test_every_kpi_of_the_catalogue_is_described_in_both_languages(content: Content) -> None:
    for kpi in content["kpis"]:
        assert kpi["label"]["en"] and kpi["label"]["fr"].endswith("(fr)")
        assert kpi["definition"]["en"] and kpi["definition"]["fr"]
    assert date.fromisoformat(content["kpis"][0]["target_on"]) == date(2027, 12, 31)


def test_every_picture_speaks_both_languages_and_brings_no_data(content: Content) -> None:
    keys = [picture["key"] for picture in content["pictures"]]
    assert len(keys) == len(set(keys)) > 0
    for picture in content["pictures"]:
        for language in ("en", "fr"):
            assert picture["title"][language] and picture["reading"][language]
            told = json.dumps(picture["chart"][language])
            assert '"name": "rows"' in told and '"values": [{' not in told, picture["key"]
        lengths = {len(column) for column in picture["rows"].values()}
        assert len(lengths) <= 1, picture["key"]


def test_every_chart_is_valid_though_none_was_asked_of_it(content: Content) -> None:
    for picture in content["pictures"]:
        for chart in picture["chart"].values():
            alt.Chart.from_dict(chart)


def test_the_file_carries_each_figure_of_the_payload(content: Content) -> None:
    short = shortened(content)
    assert len(short["samples"]) < len(content["lines"]) / 10  # all have 1000
    for line, told in zip(content["lines"], short["lines"], strict=True):
        samples = short["samples"][told["n"]]
        assert list(samples) == line["n"]
        values = told.get("value") or [
            None if total is None else total / sample
            for total, sample in zip(told["sum"], samples, strict=True)
        ]
        assert values == [
            value if value is None else pytest.approx(value) for value in line["value"]
        ]
    for picture, told in zip(content["pictures"], short["pictures"], strict=True):
        assert {name: spread(each) for name, each in told["rows"].items()} == picture["rows"]


def spread(column: Any) -> list[Any]:
    """Undo what shortening did to a column, as the page does."""
    if isinstance(column, list):
        return column
    places = column.get("codes")
    if places is None:
        runs = column["runs"]
        places = [
            place for place, count in zip(runs[::2], runs[1::2], strict=True) for _ in range(count)
        ]
    return [column["values"][place] for place in places]


@pytest.mark.parametrize(
    ("column", "short"),
    [
        ([], []),
        ([1, 2, 3], [1, 2, 3]),
        (["a long name"] * 9, {"values": ["a long name"], "runs": [0, 9]}),
        (
            ["a long name", "another name"] * 9,
            {"values": ["a long name", "another name"], "codes": [0, 1] * 9},
        ),
        ([None] * 40 + [True] * 40, {"values": [None, True], "runs": [0, 40, 1, 40]}),
    ],
)
def test_a_column_is_carried_the_shortest_way(column: list[Any], short: Any) -> None:
    assert short_column(column) == short
    assert spread(short) == column


def test_one_and_true_are_two_things() -> None:
    column = [1, True] * 30
    assert [type(each) for each in spread(short_column(column))] == [int, bool] * 30


@pytest.mark.parametrize(
    ("values", "samples", "sums"),
    [
        # 118 of 163, nothing, and no row
        ([0.7239264, 0, None], [163, 5, None], [118, 0, None]),
        ([0.7239264, 0.5], [163, 3], None),  # half of three is no whole
        ([0.1], [0], None),
        # Of so many, seven digits don't say which sum it was.
        ([0.1234567], [90_000_000], None),
    ],
)
def test_a_mean_is_carried_as_the_whole_sum_it_was_made_of(
    values: list[float | None], samples: list[int | None], sums: list[int | None] | None
) -> None:
    assert whole_sums(values, samples) == sums


def test_an_empty_publication_has_nothing_to_show(tmp_path: Path) -> None:
    content = content_of(publish_little(tmp_path, empty=True))
    assert content["lines"] == []
    assert content["facts"]["span"] is None
    assert all(periods["starts"] == [] for periods in content["periods"].values())
    assert content["choices"] == {"client": [], "service": [], "contract": []}
