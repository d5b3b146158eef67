"""The report against a published file built by hand: what it shows, and that it stays inert."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from service_kpis.errors import InputError
from service_kpis.reporting import write_report
from service_kpis.reporting.charts import line_chart, tick_step, value_axis
from service_kpis.reporting.published import Point
from service_kpis.reporting.wording import (
    change_text,
    period_number,
    period_of_number,
    period_text,
    target_text,
    value_text,
)
from service_kpis.warehouse import Warehouse

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
HOSTILE = "</script></style><script>alert(1)</script><img src=x onerror=alert(2)>"

CATALOGUE = [
    # kpi_key, theme, label, unit, direction, target
    ("service_level", "telephone", "Service level", "ratio", "up", 0.80),
    ("average_speed_of_answer", "telephone", "Average speed of answer", "seconds", "down", 20.0),
    ("calls_offered", "telephone", "Calls offered", "count", None, None),
    ("first_call_resolution", "telephone", "First call resolution", "ratio", "up", None),
    ("net_promoter_score", "surveys", "Net promoter score", "points", "up", 30.0),
    ("churn_rate", "customers", "Churn rate", "ratio", "down", 0.02),
    ("channel_share", "channels", "Channel share", "ratio", None, None),
    ("issue_resolution_rate", "tickets", "Issue resolution rate", "ratio", "up", None),
]


def publish(
    folder: Path,
    values: Sequence[tuple[Any, ...]] = (),
    scores: Sequence[tuple[Any, ...]] = (),
    catalogue: Sequence[tuple[Any, ...]] = CATALOGUE,
) -> Warehouse:
    """Write a published file with the columns of the public tables."""
    warehouse = Warehouse(folder)
    with duckdb.connect(warehouse.published) as connection:
        connection.execute("create schema marts")
        connection.execute("""
            create macro marts.publication() as table select 'b1' as build_id,
                '2026-12-10T08:02:00Z' as published_at, '2026-12-09T21:04:00Z' as as_of
        """)
        connection.execute("""
            create table marts.kpi_values (kpi_key text, grain text, period_start date,
                dimension text, dimension_value text, numerator double, denominator double,
                value double, sample_size bigint, ci_low double, ci_high double,
                is_complete boolean)
        """)
        connection.execute("""
            create table marts.kpi_scorecard (kpi_key text, grain text, period_start date,
                dimension text, dimension_value text, value double, previous_value double,
                change double, is_beyond_chance boolean, target double, status text,
                sample_size bigint)
        """)
        connection.execute("""
            create table marts.kpi_catalogue (kpi_key text, theme text, label_en text,
                label_fr text, definition text, definition_fr text, formula text, unit text,
                direction text, target double, target_on date, owner text, source_article text)
        """)
        for key, theme, label, unit, direction, target in catalogue:
            connection.execute(
                "insert into marts.kpi_catalogue values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [key, theme, label, label, f"What {label} is.", "", "a / b", unit, direction,
                 target, None, "service", "S0"],
            )  # fmt: skip
        if values:
            connection.executemany(
                "insert into marts.kpi_values values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
            )
        if scores:
            connection.executemany(
                "insert into marts.kpi_scorecard values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                scores,
            )
    return warehouse


def value_row(  # noqa: PLR0913 - a row has that many columns
    key: str,
    period: date,
    value: float | None,
    *,
    grain: str = "month",
    by: tuple[str, str] = ("all", "all"),
    n: int = 1000,
    half: float | None = None,
    complete: bool = True,
) -> tuple[Any, ...]:
    low, high = (None, None) if half is None or value is None else (value - half, value + half)
    return (key, grain, period, *by, value, 1, value, n, low, high, complete)


def a_year() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Eleven whole months of 2026 and an open one; the scorecard compares November with October."""
    values: list[tuple[Any, ...]] = []
    for month in range(1, 13):
        start, complete = date(2026, month, 1), month < 12
        wave = math.sin(month)
        for key, value, half in (
            ("service_level", 0.80 + 0.03 * wave, 0.012),
            ("average_speed_of_answer", 75.0 + 20 * wave, 6.0),
            ("calls_offered", 6000.0 + 900 * round(wave, 1), None),
            ("net_promoter_score", 22.0 + 9 * wave, 5.0),
            ("churn_rate", 0.021 + 0.004 * wave, 0.003),
        ):
            values.append(value_row(key, start, value, half=half, complete=complete))
        # The last two months still wait for calls that may come back.
        values.append(
            value_row(
                "first_call_resolution", start, 0.7 + 0.02 * wave, half=0.02, complete=month < 11
            )
        )
    november = date(2026, 11, 1)
    values[60] = value_row("service_level", november, 0.7713, half=0.012, n=12345)
    for by, value, n in (
        (("service", "support"), 0.7411, 8000),
        (("service", "sales"), 0.8275, 4345),
        (("client", "alba"), 0.80, 9000),
        (("client", HOSTILE), 0.66, 3345),
    ):
        values.append(value_row("service_level", november, value, by=by, n=n, half=0.02))
    for channel, share in (("phone", 0.62), (HOSTILE, 0.38)):
        values.append(value_row("channel_share", november, share, by=("channel", channel)))
    values.append(value_row("issue_resolution_rate", november, None, n=0))
    values.append(value_row("calls_offered", date(2026, 1, 2), 200.0, grain="day"))
    values.append(value_row("calls_offered", date(2026, 12, 9), 180.0, grain="day"))
    whole = ("month", november, "all", "all")
    scores = [
        ("service_level", *whole, 0.7713, 0.8101, 0.7713 - 0.8101, True, 0.80, "missed", 12345),
        ("average_speed_of_answer", *whole, 67.52, 70.0, -2.48, False, 20.0, "missed", 4054),
        ("calls_offered", *whole, 12345.0, 12000.0, 345.0, None, None, "no_target", 12345),
        ("first_call_resolution", "month", date(2026, 10, 1), "all", "all", 0.6891, 0.7082, -0.0191,
         False, None, "no_target", 900),
        ("net_promoter_score", *whole, 33.333, 21.0, 12.333, True, 30.0, "met", 600),
        ("churn_rate", *whole, 0.0171, 0.0188, -0.0017, False, 0.02, "met", 4000),
        ("channel_share", "month", november, "channel", "phone", 0.62, 0.6, 0.02, False, None,
         "no_target", 1000),
        ("channel_share", "month", november, "channel", HOSTILE, 0.38, 0.4, -0.02, False, None,
         "no_target", 1000),
    ]  # fmt: skip
    return values, scores


class Page(HTMLParser):
    """What a browser would make of the page: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def words(html: str) -> str:
    """Give the visible text, white space squeezed (thin spaces stay)."""
    return re.sub(r"[ \n]+", " ", "".join(Page(html).texts))


def card_of(html: str, label: str) -> str:
    articles = re.findall(r"<article.*?</article>", html, re.DOTALL)
    found = [article for article in articles if re.search(rf"<h3[^>]*>{label}</h3>", article)]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = publish(tmp_path_factory.mktemp("warehouse"), *a_year())
    state = {
        "build": {
            "id": "b1",
            "at": "2026-12-10T08:00:00Z",
            "passed": True,
            "is_whole": True,
            "models": 193,
            "as_of": "2026-12-09T21:04:00Z",
            "failed": [],
            "vars": {"reporting_currency": "EUR", "reporting_timezone": "Europe/Paris"},
        },
        "checks": {
            "build_id": "b1",
            "at": "2026-12-10T08:01:00Z",
            "passed": True,
            "count": 40,
            "failed": [
                {
                    "name": "a_source_gone_quiet",
                    "severity": "warn",
                    "passed": False,
                    "failed_rows": 3,
                    "message": f"No calls for three days {HOSTILE}",
                }
            ],
        },
    }
    warehouse.state.write_text(json.dumps(state), encoding="utf-8")
    return warehouse


@pytest.fixture(scope="module")
def html(warehouse: Warehouse) -> str:
    path = write_report(warehouse)
    assert path == warehouse.report
    return path.read_text(encoding="utf-8")


def test_a_headline_shows_the_scorecards_figures(html: str) -> None:
    text = words(card_of(html, "Service level"))
    assert "77.1%" in text
    assert f"target ≥{THIN}80.0%" in text
    assert "✗ missed" in text
    assert f"{MINUS}3.9{THIN}pp, worse (beyond chance) from 81.0% the month before" in text
    assert f"November 2026 · target ≥{THIN}80.0% · n = 12{THIN}345" in text


def test_better_follows_the_direction_of_the_kpi(html: str) -> None:
    text = words(card_of(html, "Average speed of answer"))
    assert "1:08" in text
    assert f"{MINUS}2.5{THIN}s, better (within chance)" in text
    assert "✓ met" in words(card_of(html, "Churn rate"))


def test_a_kpi_that_matures_late_names_its_own_period(html: str) -> None:
    assert "October 2026" in words(card_of(html, "First call resolution"))


def test_the_values_table_holds_every_period_of_the_line(html: str) -> None:
    body = card_of(html, "Net promoter score").split("<details>")[1]
    rows = re.findall(r"<tr>.*?</tr>", body, re.DOTALL)[1:]
    assert len(rows) == 12
    assert "December 2026" in rows[0] and "not complete" in rows[0]
    # 22 + 9·sin 1 = 29.57, ± 5
    assert ["29.6", "24.6 – 34.6", f"1{THIN}000"] == re.findall(
        r'<td class="n">(.*?)</td>', rows[-1]
    )


def test_the_chart_draws_open_periods_apart_and_tells_each_period(html: str) -> None:
    card = card_of(html, "First call resolution")
    titles = re.findall(r"<title>(.*?)</title>", card)
    assert len(titles) == 12
    assert titles[0] == f"January 2026: 71.7% (95 % between 69.7% and 73.7%), n = 1{THIN}000"
    assert [title.endswith(", not complete") for title in titles] == [False] * 10 + [True] * 2
    # October to November and November to December are dashed, the nine before are not.
    assert card.count('stroke-dasharray="2,4"') == 2
    # Hollow dots are filled with the paper.
    assert card.count('fill="var(--paper)"') == 2


def test_the_target_is_a_line_where_there_is_one(html: str) -> None:
    assert 'stroke="var(--target)"' in card_of(html, "Churn rate")
    assert 'stroke="var(--target)"' not in card_of(html, "First call resolution")


def test_breakdowns_hold_the_values_of_the_same_period(html: str) -> None:
    text = words(card_of(html, "Service level"))
    assert "By service, November 2026" in text
    assert f"support 74.1% 8{THIN}000" in text
    assert f"sales 82.8% 4{THIN}345" in text
    assert "By client" in text


def test_what_changed_lists_only_what_is_beyond_chance(html: str) -> None:
    section = re.search(r'<section id="changes".*?</section>', html, re.DOTALL)
    assert section
    text = words(section[0])
    assert "Worse (1) Service level 77.1%" in text
    assert "Better (1) Net promoter score 33.3" in text
    assert "Churn" not in text


def test_every_kpi_with_data_stands_in_its_theme_and_the_others_say_why_not(html: str) -> None:
    tables = re.findall(r'<table class="kpis">.*?</table>', html, re.DOTALL)
    assert len(tables) == 4  # telephone, channels, customers, surveys
    assert f"What Calls offered is. November 2026 12{THIN}345" in words(tables[0])
    assert "Channel share: phone" in words(tables[1])
    absent = re.search(r'<section id="absent".*?</section>', html, re.DOTALL)
    assert absent
    assert "Issue resolution rate Tickets There are rows, but nothing to divide by" in words(
        absent[0]
    )


def test_the_facts_of_the_published_build_are_told(html: str) -> None:
    text = words(html)
    assert "2026-01-02 to 2026-12-09" in text
    assert "As of 2026-12-09 21:04 UTC" in text
    assert "Published 2026-12-10 08:02 UTC" in text
    assert "1 of 40 checks found something odd" in text
    assert "a_source_gone_quiet" in text


def test_facts_of_another_build_are_left_out(tmp_path: Path) -> None:
    warehouse = publish(tmp_path, *a_year())
    later = {"at": "2027-01-01T00:00:00Z", "passed": True, "failed": []}
    build = {"id": "b2", "as_of": later["at"], "is_whole": True, "models": 193, "vars": {}, **later}
    state = {"build": build, "checks": {"build_id": "b2", "count": 9, **later}}
    warehouse.state.write_text(json.dumps(state), encoding="utf-8")
    text = words(write_report(warehouse).read_text(encoding="utf-8"))
    assert "2027" not in text
    assert "Run service-kpis validate" in text


def test_data_is_never_code(html: str) -> None:
    page = Page(html)
    names = [tag for tag, _ in page.tags]
    assert "script" not in names and "img" not in names
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    # It is shown for what it is: as a client, a channel, and in a check's message.
    assert words(html).count("<script>alert(1)</script>") >= 3


def test_the_page_opens_without_a_network(html: str) -> None:
    for tag, attrs in Page(html).tags:
        assert tag not in {"link", "iframe", "object", "embed", "base", "script"}
        for name in ("src", "srcset", "xlink:href", "action", "data"):
            assert name not in attrs
        assert (attrs.get("href") or "#").startswith("#")
    assert not re.search(r"@import|@font-face|url\((?!#)", html)
    assert "default-src 'none'" in html
    assert len(html) < 1_000_000


def test_the_page_is_accessible(html: str) -> None:
    tags = Page(html).tags
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _ in tags}
    assert ("html", {"lang": "en"}) in tags
    for tag, attrs in tags:
        if tag == "svg":
            assert attrs.get("aria-label") or attrs.get("aria-hidden") == "true"
        if tag == "th":
            assert attrs.get("scope") in {"row", "col"}
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    pointed = [attrs["href"] for tag, attrs in tags if tag == "a" and attrs.get("href")]
    assert {str(href)[1:] for href in pointed} <= set(ids)


def test_an_empty_publication_says_how_to_land_data(tmp_path: Path) -> None:
    warehouse = publish(tmp_path)
    text = words(write_report(warehouse).read_text(encoding="utf-8"))
    assert "No KPI has data yet" in text
    assert "service-kpis run path/to/your/exports" in text
    assert "Service level Telephone No rows: land calls." in text


def test_nothing_published_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Nothing is published in .* `service-kpis run`"):
        write_report(Warehouse(tmp_path))
    assert not (tmp_path / "report").exists()


def test_a_file_that_is_no_publication_is_a_plain_sentence(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.published.write_text("not a database, but long enough to look at " * 200)
    with pytest.raises(InputError, match="cannot be opened as a DuckDB file"):
        write_report(warehouse)
    warehouse.published.unlink()
    duckdb.connect(warehouse.published).close()
    with pytest.raises(InputError, match="lacks the KPI tables"):
        write_report(warehouse)


def test_a_failed_report_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = publish(tmp_path)
    write_report(warehouse)
    before = warehouse.report.read_bytes()
    warehouse.published.unlink()
    with pytest.raises(InputError):
        write_report(warehouse)
    assert warehouse.report.read_bytes() == before
    assert [path.name for path in warehouse.report.parent.iterdir()] == ["index.html"]


def days(count: int) -> list[tuple[Any, ...]]:
    return [
        value_row("service_level", date(2026, 1, 1) + timedelta(day), 0.8, grain="day")
        for day in range(count)
    ]


def weeks(count: int) -> list[tuple[Any, ...]]:
    return [
        value_row("service_level", date(2026, 1, 5) + timedelta(weeks=week), 0.8, grain="week")
        for week in range(count)
    ]


@pytest.mark.parametrize(
    ("values", "grain"), [(lambda: days(20) + weeks(2), "day"), (lambda: weeks(9), "week")]
)
def test_short_data_falls_back_to_finer_periods(
    tmp_path: Path, values: Callable[[], list[tuple[Any, ...]]], grain: str
) -> None:
    html = write_report(publish(tmp_path, values())).read_text(encoding="utf-8")
    assert f"Values by {grain}" in words(card_of(html, "Service level"))


def test_a_single_open_period_is_shown_and_not_judged(tmp_path: Path) -> None:
    values = [value_row("service_level", date(2026, 1, 1), 0.5, complete=False)]
    card = card_of(
        write_report(publish(tmp_path, values)).read_text(encoding="utf-8"), "Service level"
    )
    assert "January 2026, not complete yet" in words(card)
    assert "<figure>" not in card
    assert "missed" not in card


def test_a_period_without_data_breaks_the_line() -> None:
    periods = [1, 2, 4, 5]
    points = [
        Point("k", "month", date(2026, month, 1), "all", "all", 0.5, 0.4, 0.6, 10, True)
        for month in periods
    ]
    svg = str(line_chart(points, "ratio", None, "a < b"))
    assert svg.count("<title>") == 4
    assert svg.count('stroke-width="2"') == 2  # January to February, April to May
    assert svg.count('opacity="0.14"') == 2
    assert 'aria-label="a &lt; b"' in svg


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8113, "ratio", "81.1%"),
        (0.0037, "ratio", "0.37%"),
        (0.0, "ratio", "0.0%"),
        (1.0, "ratio", "100.0%"),
        (67.52, "seconds", "1:08"),
        (18.44, "seconds", f"18.4{THIN}s"),
        (59.96, "seconds", "1:00"),
        (3599.4, "seconds", "59:59"),
        (3599.6, "seconds", f"1{THIN}h{THIN}00{THIN}min"),
        (2.5 * 3600, "seconds", f"2{THIN}h{THIN}30{THIN}min"),
        (40.858 * 86400, "seconds", f"40{THIN}d{THIN}21{THIN}h"),
        (-0.01, "points", "0.0"),
        (-33.333, "points", f"{MINUS}33.3"),
        (4.206, "score", "4.21"),
        (31359, "count", f"31{THIN}359"),
        (1265793.04, "currency", f"1{THIN}265{THIN}793.04{THIN}EUR"),
        (12.34, "per_day", "12.3 a day"),
        (1.0, "flag", "yes"),
        (None, "ratio", "–"),
    ],
)
def test_values_are_written_for_people(value: float | None, unit: str, text: str) -> None:
    assert value_text(value, unit, "EUR") == text


def test_changes_and_targets_are_written_for_people() -> None:
    assert change_text(0.0212, "ratio") == f"+2.1{THIN}pp"
    assert change_text(-0.0004, "ratio") == f"{MINUS}0.04{THIN}pp"
    assert change_text(-0.00001, "ratio") == f"±0.00{THIN}pp"
    assert change_text(-95, "seconds") == f"{MINUS}1:35"
    assert change_text(0, "points") == "±0.0"
    assert target_text(20, "seconds", "down") == f"≤{THIN}20.0{THIN}s"
    assert target_text(None, "seconds", "down") == ""


@pytest.mark.parametrize(
    ("grain", "start", "after", "text"),
    [
        ("month", date(2026, 12, 1), date(2027, 1, 1), "December 2026"),
        ("quarter", date(2026, 10, 1), date(2027, 1, 1), "2026 Q4"),
        ("year", date(2026, 1, 1), date(2027, 1, 1), "2026"),
        ("week", date(2026, 12, 28), date(2027, 1, 4), "week of 2026-12-28"),
        ("day", date(2026, 12, 31), date(2027, 1, 1), "2026-12-31"),
    ],
)
def test_neighbouring_periods_differ_by_one(
    grain: str, start: date, after: date, text: str
) -> None:
    assert period_number(after, grain) == period_number(start, grain) + 1
    assert period_of_number(period_number(after, grain), grain, start) == after
    assert period_text(start, grain) == text


def test_axes_count_as_people_do() -> None:
    assert tick_step(0.013, "ratio") == pytest.approx(0.02)
    assert tick_step(17, "seconds") == 20
    assert tick_step(100, "seconds") == 120
    assert tick_step(100_000, "seconds") == 2 * 86400
    point = Point("k", "day", date(2026, 1, 1), "all", "all", 0.0, None, None, 5, True)
    low, high, ticks = value_axis([point], "count", None)
    assert low <= 0 < high and 0 in ticks
    rates = [replace(point, value=rate) for rate in (0.7413, 0.8275)]
    assert value_axis(rates, "ratio", 0.8)[2] == pytest.approx([0.74, 0.76, 0.78, 0.8, 0.82])
    svg = str(line_chart([replace(p, period=date(2026, 1, day)) for day, p in enumerate(rates, 1)],
                         "ratio", 0.8, "rates"))  # fmt: skip
    labels = [
        (float(y), label) for y, label in re.findall(r',([0-9.]+)\)"[^>]*>(\d+%)</text>', svg)
    ]
    assert [label for _, label in sorted(labels)] == ["82%", "80%", "78%", "76%", "74%"]
