"""The report as its readers use it: in a browser, with nothing but the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from browser import Opened, chromium, needs_chromium
from report_marts import fill
from report_warehouse import HOSTILE, RIGHT_TO_LEFT, Little, publish_little
from service_kpis.reporting import write_report
from service_kpis.reporting.pictures import all_pictures
from service_kpis.reporting.published import open_published

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Little:
    little = publish_little(tmp_path_factory.mktemp("warehouse"))
    write_report(little.warehouse)
    return little


@pytest.fixture(scope="module")
def opened(browser: Browser, little: Little) -> Opened:
    return Opened(browser, little.warehouse.report)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Little:
    """A published file in which no picture lacks rows."""
    whole = publish_little(tmp_path_factory.mktemp("whole"))
    with duckdb.connect(whole.warehouse.published) as connection:
        fill(connection)
        for key in {key for each in all_pictures(connection) for key in each.series}:
            for table in ("kpi_values", "kpi_changes", "kpi_catalogue"):
                is_whole = "" if table == "kpi_catalogue" else "and dimension = 'all'"
                connection.execute(
                    f"insert into marts.{table} select * replace ($1 as kpi_key) "
                    f"from marts.{table} where kpi_key = 'net_promoter_score' {is_whole} "
                    f"and not exists (from marts.{table} where kpi_key = $1)",
                    [key],
                )
    write_report(whole.warehouse)
    return whole


def published(little: Little, kpi: str, grain: str, period: str, *cell: str) -> float:
    """Read one value of kpi_values."""
    [(value,)] = little.query(
        """
        select value from marts.kpi_values
        where kpi_key = ? and grain = ? and period_start = ? and dimension = ?
            and dimension_value = ?
        """,
        *(kpi, grain, period, *(cell or ("all", "all"))),
    )
    return float(value)


def percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def test_it_opens_without_a_complaint_or_a_request(little: Little, opened: Opened) -> None:
    assert opened.complaints == []
    assert [url.split("#")[0] for url in opened.requests] == [little.warehouse.report.as_uri()]


def test_every_chart_draws(browser: Browser, whole: Little) -> None:
    address = "grain=month&period=2026-10-01"
    opened = Opened(browser, whole.warehouse.report, address, height=Opened.HIGH)
    drawn = opened.page.evaluate("""
        [...document.querySelectorAll('[data-picture]')].map((figure) => [
            figure.dataset.picture,
            Number(figure.dataset.rows),
            [...figure.querySelectorAll('.chart svg .mark-group [class^=mark-] > *')]
                .filter((mark) => mark.closest('.role-mark'))
                .filter((mark) => mark.getBoundingClientRect().width > 0).length,
        ])
    """)
    with open_published(whole.warehouse.published) as connection:
        assert {key for key, *_ in drawn} == {each.key for each in all_pictures(connection)}
    assert [each for each in drawn if not (each[1] and each[2])] == []
    assert opened.complaints == []


DRAWN = """
    [...document.querySelectorAll('[data-picture]')]
        .filter((figure) => figure.querySelector('.chart svg'))
        .map((figure) => figure.dataset.picture)
"""


def test_charts_are_drawn_when_they_come_into_sight(browser: Browser, whole: Little) -> None:
    address = "grain=month&period=2026-10-01"
    opened = Opened(browser, whole.warehouse.report, address)
    assert opened.page.evaluate(DRAWN) == []  # the scorecard fills the window
    last = '[data-picture="agents_first_call_resolution"]'
    opened.page.locator(last).scroll_into_view_if_needed()
    opened.page.wait_for_selector(f"{last} .chart svg")
    drawn = opened.page.evaluate(DRAWN)
    assert "waits" not in drawn
    # A choice draws anew what is in sight; what is not follows when it is.
    opened.choose("period", "2026-09-01")
    opened.page.locator('[data-picture="waits"]').scroll_into_view_if_needed()
    opened.page.wait_for_selector('[data-picture="waits"] .chart svg')
    assert opened.complaints == []


def test_what_is_printed_is_drawn(browser: Browser, whole: Little) -> None:
    opened = Opened(browser, whole.warehouse.report, "grain=month&period=2026-10-01")
    # When the event is over the browser takes the page: no time is left to wait for anything.
    missing = opened.page.evaluate("""
        new Promise((done) => {
            window.addEventListener('beforeprint', () => setTimeout(() => done(
                [...document.querySelectorAll('[data-picture]:not(.is-empty)')]
                    .filter((figure) => !figure.querySelector('.chart svg'))
                    .map((figure) => figure.dataset.picture)
            )));
            window.dispatchEvent(new Event('beforeprint'));
        })
    """)
    assert missing == []
    assert opened.complaints == []


def test_a_link_may_name_a_part_of_the_page(browser: Browser, whole: Little) -> None:
    top = "document.getElementById('theme-surveys').getBoundingClientRect().top"
    opened = Opened(browser, whole.warehouse.report, "theme-surveys")
    figure = '[data-picture="recommendation"]'
    opened.page.wait_for_selector(f"{figure} .chart svg")
    opened.page.wait_for_function(f"Math.abs({top}) < 200")
    assert opened.page.input_value("#period") == "2026-11-01"
    # The choices stand when the same page goes to another part.
    opened.choose("period", "2026-10-01")
    opened.page.evaluate("location.hash = 'theme-telephone'")
    opened.page.wait_for_selector('[data-picture="waits"] .chart svg')
    assert opened.page.input_value("#period") == "2026-10-01"
    assert "period=2026-10-01" in opened.page.url


def test_a_pictures_rows_are_a_table_on_demand(browser: Browser, whole: Little) -> None:
    opened = Opened(browser, whole.warehouse.report, "grain=month&period=2026-10-01")
    figure = '[data-picture="calls_by_hour"]'
    opened.page.click(f"{figure} summary")
    assert "2.5" in opened.text(f"{figure} table")  # as in the mart
    opened.choose("scope", "service:hotline")
    assert opened.text(f"{figure} .about") == "No data for this choice."
    # Waits by channel are the whole house's: it says so rather than pass them off as a service's.
    assert "does not follow that choice" in opened.text('[data-picture="times_by_channel"] .about')


def test_a_verdict_in_a_table_is_yes_or_no(browser: Browser, whole: Little) -> None:
    opened = Opened(browser, whole.warehouse.report)
    figure = '[data-picture="review_bursts"]'
    opened.page.click(f"{figure} summary")
    verdicts = opened.page.locator(f"{figure} td:last-child").all_inner_texts()
    # Two quiet days of the forum, then a burst of each of six platforms.
    assert verdicts == ["no"] * 2 + ["yes"] * 6


def test_a_choice_made_while_charts_are_drawn_is_the_one_shown(
    browser: Browser, whole: Little
) -> None:
    drawn = """
        [...document.querySelectorAll('[data-picture]')].map((figure) => [
            figure.dataset.picture,
            figure.dataset.rows,
            [...figure.querySelectorAll('.chart svg')].length,
            [...figure.querySelectorAll('.chart svg .role-mark *')]
                .map((mark) => Object.values(mark.__data__?.datum ?? {}))
                .map((row) => row.filter((cell) => typeof cell !== 'object').join())
                .sort(),
        ])
    """
    calm, hasty = (  # in a window of some charts, as all take long
        Opened(browser, whole.warehouse.report, f"grain=month&{said}", height=8_000)
        for said in ("period=2026-10-01&language=fr", "period=2026-09-01")
    )
    hasty.page.evaluate("""async () => {
        const [embed, wait] = [vegaEmbed, (ms) => new Promise((done) => { setTimeout(done, ms); })];
        let isFirst = true;
        window.vegaEmbed = async (...all) => {
            const isSlow = isFirst;
            isFirst = false;
            const made = await embed(...all);
            if (isSlow) await wait(600);
            return made;
        };
        const choose = (period) => {
            const select = document.getElementById('period');
            select.value = period;
            select.dispatchEvent(new Event('change', { bubbles: true }));
        };
        document.querySelector('[data-language="fr"]').click();
        await wait(50);
        choose('2026-08-01');
        await wait(1500);  // the first chart comes last
        choose('2026-10-01');
    }""")
    hasty.wait()
    assert any(rows for *_, rows in calm.page.evaluate(drawn))
    assert hasty.page.evaluate(drawn) == calm.page.evaluate(drawn)
    assert hasty.complaints == []


def test_figures_equal_kpi_values(little: Little, opened: Opened) -> None:
    opened.go()
    # The latest complete month is the first choice.
    assert opened.page.input_value("#period") == "2026-11-01"
    level = published(little, "service_level", "month", "2026-11-01")
    assert percent(level) in opened.card("service_level")
    assert percent(level) in opened.row("service_level")
    points = published(little, "net_promoter_score", "month", "2026-11-01")
    assert f"{points:.1f}" in opened.row("net_promoter_score")
    calls = published(little, "calls_offered", "month", "2026-11-01")
    assert f"{calls:,.0f}" in opened.row("calls_offered")
    seconds = round(published(little, "average_speed_of_answer", "month", "2026-11-01"))
    assert f"{seconds // 60} min {seconds % 60:02d} s" in opened.row("average_speed_of_answer")
    assert "€1,265,793" in opened.row("repeat_sales_value")


def test_a_month_without_rows_shows_no_older_figure(browser: Browser, tmp_path: Path) -> None:
    little = publish_little(tmp_path)
    with duckdb.connect(little.warehouse.published) as connection:
        connection.execute("""
            delete from marts.kpi_changes
            where dimension_value = 'acme' and period_start >= date '2026-10-01'
                and kpi_key = 'service_level'
        """)
    opened = Opened(browser, write_report(little.warehouse), "grain=month&for=client:acme")
    assert opened.page.input_value("#period") == "2026-11-01"
    opened.page.click("#absent summary")
    absent = opened.page.locator("#absent tr", has_text="Service level")
    assert "no value for this choice" in absent.inner_text()
    level = opened.page.locator('[data-kpi="service_level"]')
    assert opened.page.locator("table.kpis:not(.contracts)", has=level).count() == 0
    opened.choose("period", "2026-09-01")
    assert "September 2026" not in opened.row("service_level")
    september = published(little, "service_level", "month", "2026-09-01", "client", "acme")
    assert percent(september) in opened.row("service_level")


def test_instants_are_of_the_reporting_time_zone(opened: Opened) -> None:
    """21:04 in UTC of the state is an hour later in Paris, wherever the reader is."""
    opened.go()
    assert "as of 9 Dec 2026, 22:04 CET" in opened.text("#facts")


def test_targets_and_changes_are_told_in_words(little: Little, opened: Opened) -> None:
    opened.go()
    now = published(little, "service_level", "month", "2026-11-01")
    before = published(little, "service_level", "month", "2026-10-01")
    told = opened.row("service_level")
    assert ("met" in told) == (now >= 0.8) and ("missed" in told) == (now < 0.8)
    assert "target ≥ 80.0%" in told
    assert f"{abs(now - before) * 100:.1f} pp" in told
    [(beyond,)] = little.query("""
        select is_beyond_chance from marts.kpi_changes where kpi_key = 'service_level'
        and grain = 'month' and period_start = '2026-11-01' and dimension = 'all'
    """)
    assert ("beyond chance" in told) == beyond and ("within chance" in told) == (not beyond)


def test_a_kpi_without_data_says_what_to_land(opened: Opened) -> None:
    opened.go()
    opened.page.click("#absent summary")
    told = opened.text("#absent")
    assert "2 KPIs have no data" in told
    assert "nothing to divide by yet (a / b)" in told  # issue_resolution_rate has rows
    assert "No rows: land tickets" in told  # backlog has none


def test_the_client_changes_cards_lines_and_contracts(opened: Opened, little: Little) -> None:
    opened.go()
    spark = '[data-kpi-card="service_level"] .spark path'
    line = opened.page.get_attribute(spark, "d")
    opened.choose("scope", "client:acme")
    level = published(little, "service_level", "month", "2026-11-01", "client", "acme")
    assert percent(level) in opened.card("service_level")
    assert opened.page.get_attribute(spark, "d") != line
    # Customers are of no client: the whole house's figure says that it is.
    assert "whole house" in opened.row("churn_rate")
    assert "acme" in opened.text("#contracts")
    assert "acme" in opened.text("#announced")
    opened.choose("scope", f"client:{HOSTILE}")
    assert "acme" not in opened.text("#contracts")
    opened.choose("scope", f"client:{RIGHT_TO_LEFT}")
    level = published(little, "service_level", "month", "2026-11-01", "client", RIGHT_TO_LEFT)
    assert percent(level) in opened.card("service_level")
    assert opened.complaints == []


def test_the_period_and_its_grain_change_figures(opened: Opened, little: Little) -> None:
    opened.go()
    opened.choose("period", "2026-03-01")
    level = published(little, "service_level", "month", "2026-03-01")
    assert percent(level) in opened.card("service_level")
    opened.choose("grain", "quarter")
    assert opened.page.input_value("#period") == "2026-01-01"
    level = published(little, "service_level", "quarter", "2026-01-01")
    assert percent(level) in opened.card("service_level")
    opened.choose("grain", "day")
    # 31 March is before the days that are carried: the latest complete one is shown.
    assert opened.page.input_value("#period") == "2026-12-08"
    level = published(little, "service_level", "day", "2026-12-08")
    assert percent(level) in opened.card("service_level")
    # What has no days is shown by its month.
    assert "December 2026 · not complete yet" in opened.row("churn_rate")
    assert opened.complaints == []


def test_a_running_period_is_marked(opened: Opened, little: Little) -> None:
    opened.go("grain=month&period=2026-12-01")
    assert "not over yet" in opened.page.inner_text("#period option:checked")
    assert "not complete yet" in opened.row("service_level")


def test_everything_speaks_french(opened: Opened, little: Little) -> None:
    opened.go()
    opened.press('[data-language="fr"]')
    assert opened.page.get_attribute("html", "lang") == "fr"
    level = published(little, "service_level", "month", "2026-11-01")
    assert f"{level * 100:.1f} %".replace(".", ",") in opened.card("service_level")
    assert "Service level (fr)" in opened.card("service_level")
    assert opened.page.inner_text("#period option:checked") == "Novembre 2026"
    assert "1 265 793 €" in opened.row("repeat_sales_value")
    opened.page.click('[data-kpi-card="service_level"] button')
    assert "Ce que c'est." in opened.text("#definition")
    opened.page.keyboard.press("Escape")
    assert opened.complaints == []


def test_a_view_can_be_linked(browser: Browser, little: Little) -> None:
    opened = Opened(browser, little.warehouse.report)
    opened.choose("grain", "week")
    opened.choose("scope", "contract:acme / hotline")
    opened.press('[data-language="fr"]')
    opened.press("#theme")
    again = Opened(browser, little.warehouse.report, opened.page.url.split("#")[1])
    assert again.page.input_value("#scope") == "contract:acme / hotline"
    assert again.text("main") == opened.text("main")
    assert again.page.get_attribute("html", "data-theme") == "dark"


def test_dark_is_dark(opened: Opened, little: Little) -> None:
    opened.go()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.page.evaluate(ground)
    opened.press("#theme")
    assert opened.page.evaluate(ground) != light


def test_a_definition_is_a_click_away(opened: Opened) -> None:
    opened.go()
    opened.page.click('table.kpis [data-kpi="service_level"]')
    told = opened.text("#definition")
    for part in ("What Service level is.", "a / b", "≥ 80.0% by 31 Dec 2027", "Service operations"):
        assert part in told
    assert "S4 · KPIs: the indicators" in told
    opened.page.keyboard.press("Escape")
    assert not opened.page.is_visible("#definition")


def test_data_runs_nowhere(opened: Opened, little: Little) -> None:
    alerts: list[str] = []
    opened.page.on("dialog", lambda dialog: alerts.append(dialog.message))
    opened.go(f"for=client:{HOSTILE}")
    opened.choose("grain", "quarter")
    assert opened.page.locator("img").count() == 0
    assert alerts == [] and opened.complaints == []
    assert HOSTILE in opened.page.inner_text("main")  # a channel, and a check's message


def test_it_fits_a_phone(browser: Browser, little: Little) -> None:
    for language in ("en", "fr"):
        opened = Opened(browser, little.warehouse.report, f"language={language}", width=390)
        assert opened.width_beyond() <= 0
        assert opened.complaints == []


def test_the_keyboard_reaches_the_choices(browser: Browser, little: Little) -> None:
    opened = Opened(browser, little.warehouse.report)
    focused = "document.activeElement.id || document.activeElement.dataset.language || ''"
    reached = []
    for _ in range(8):
        opened.page.keyboard.press("Tab")
        reached.append(opened.page.evaluate(focused))
    assert reached[1:7] == ["grain", "period", "scope", "en", "fr", "theme"]
    opened.page.keyboard.press("Shift+Tab")
    opened.page.keyboard.press("Shift+Tab")
    opened.page.keyboard.press("Enter")
    opened.wait()
    assert opened.page.get_attribute("html", "lang") == "fr"


def test_headings_step_down_one_by_one_and_parts_have_names(opened: Opened) -> None:
    opened.go()
    levels = opened.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].filter((h) => h.offsetParent)"
        ".map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = opened.page.evaluate("""
        [...document.querySelectorAll('select, button, [role=img], section, nav, form')]
            .filter((each) => each.offsetParent)
            .filter((each) => !['aria-label', 'aria-labelledby'].some((a) => each.getAttribute(a)))
            .filter((each) => !(each.labels?.[0] ?? each).textContent.trim())
            .map((each) => each.outerHTML.slice(0, 80))
    """)
    assert unnamed == []


def test_the_print_says_what_was_chosen(opened: Opened, little: Little) -> None:
    opened.go("for=client:acme")
    opened.page.emulate_media(media="print")
    assert opened.page.is_visible("#chosen") and not opened.page.is_visible("#choices")
    assert opened.text("#chosen") == "November 2026 · Client acme"
    assert len(opened.page.pdf()) > 20_000
    opened.page.emulate_media(media="screen")


def test_an_empty_warehouse_says_so(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    little = publish_little(tmp_path_factory.mktemp("empty"), empty=True)
    opened = Opened(browser, write_report(little.warehouse))
    told = opened.text("main")
    assert "Nothing to show yet" in told and "service-kpis run path/to/your/exports" in told
    assert "9 KPIs have no data" in told
    opened.press('[data-language="fr"]')
    assert "Rien à montrer" in opened.text("main")
    assert opened.complaints == []
