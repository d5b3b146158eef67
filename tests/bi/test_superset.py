"""The kept dashboard, imported into a fresh Superset, shows what is published; `make bi`.

It works on a copy of the published file in SERVICE_KPIS_WAREHOUSE (default `warehouse/`), which no
test changes. Superset listens on loopback alone and is ended with the last test.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bi import export, making, server
from bi.api import Api
from bi.dashboard import CHARTS, CHOICES, SLUG, Chart
from bi.figures import CHOSEN, SHOWN
from bi.server import USER, Server
from service_kpis import publishing, state
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import PROJECT_DIR, Warehouse
from torture.hand_made import Quiet, build, checks, dbt_ran

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Bi:
    """A Superset into which the kept export was imported, and the file that it reads."""

    superset: Server
    api: Api
    warehouse: Warehouse

    def expected(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse.published, read_only=True) as connection:
            return connection.execute(statement, values).fetchall()

    def chart(self, title: str) -> dict[str, Any]:
        charts = self.api.get("chart/?q=(page_size:100)")["result"]
        [number] = [each["id"] for each in charts if each["slice_name"] == title]
        found: dict[str, Any] = self.api.get(f"chart/{number}")["result"]
        return found

    def query(self, statement: str) -> list[dict[str, Any]]:
        [database] = self.api.get("database/")["result"]
        asked = {
            "database_id": database["id"],
            "sql": statement,
            "client_id": os.urandom(5).hex(),
            "runAsync": False,
        }
        found: list[dict[str, Any]] = self.api.post("sqllab/execute/", asked)["data"]
        return found


def publish(warehouse: Warehouse, build_id: str) -> None:
    """Publish what build.duckdb holds, as a run whose checks passed."""
    dbt_ran(warehouse, build_id)
    state.update(warehouse, {"build": build(build_id), "checks": checks(build_id)})
    with warehouse.locked():
        publishing.publish(warehouse, Quiet())


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse of our own, in which the marts of the user's published file are published."""
    given = Warehouse(Path(os.environ.get("SERVICE_KPIS_WAREHOUSE", PROJECT_DIR / "warehouse")))
    assert given.published.exists(), f"{given.published} is missing: run `service-kpis run` first"
    ours = Warehouse(tmp_path_factory.mktemp("warehouse"))
    with ours.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create schema marts")
        connection.execute(
            f"attach {literal(str(given.published.absolute()))} as given (read_only)"
        )
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'given'"
        ).fetchall()
        for (table,) in tables:
            name = f"marts.{identifier(table)}"
            connection.execute(f"create table {name} as from given.{name}")
        for table, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns() "
            "where database_name = 'given' and comment is not null"
        ).fetchall():
            connection.execute(
                f"comment on column marts.{identifier(table)}.{identifier(column)} "
                f"is {literal(comment)}"
            )
        connection.execute("detach given")
    publish(ours, "first")
    return ours


@pytest.fixture(scope="module")
def bi(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bi]:
    with server.running(tmp_path_factory.mktemp("superset")) as superset:
        api = Api(superset)
        kept = export.zipped_for(warehouse.published)
        api.upload("dashboard/import/", "formData", kept, overwrite="true")
        yield Bi(superset, api, warehouse)


def as_shown(chart: Chart, answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Give the rows of an answer as the published file has them: days as dates."""
    [result] = answer["result"]
    days = {chart.day, "period_start"}
    return [
        tuple(
            datetime.fromtimestamp(value / 1000, UTC).date()
            if name in days and value is not None
            else value
            for name, value in row.items()
        )
        for row in result["data"]
    ]


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [str(each) for each in row if not isinstance(each, float)])


def assert_same(shown: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    assert len(shown) == len(expected)
    for ours, theirs in zip(in_order(shown), in_order(expected), strict=True):
        assert [each for each in ours if not isinstance(each, int | float)] == [
            each for each in theirs if not isinstance(each, int | float)
        ]
        numbers = [each for each in theirs if isinstance(each, int | float)]
        assert [each for each in ours if isinstance(each, int | float)] == pytest.approx(
            numbers, rel=1e-9, abs=1e-9
        )


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_a_chart_shows_what_is_published(bi: Bi, chart: Chart) -> None:
    answer = bi.api.get(f"chart/{bi.chart(chart.title)['id']}/data/?force=true")
    expected = bi.expected(SHOWN[chart.title])
    assert expected
    assert_same(as_shown(chart, answer), expected)


@pytest.mark.parametrize(("title", "chosen", "expected"), CHOSEN)
def test_a_choice_gives_the_kpi_of_what_is_chosen(
    bi: Bi, title: str, chosen: dict[str, str], expected: str
) -> None:
    contracts = bi.expected(
        "select distinct client, service from marts.fct_calls "
        "where client is not null and service is not null order by all"
    )
    assert contracts
    for client, service in contracts:
        values = {"$1": client, "$2": service}
        context = json.loads(bi.chart(title)["query_context"])
        context["queries"][0]["filters"] += [
            {"col": column, "op": "IN", "val": [values[name]]} for column, name in chosen.items()
        ]
        [result] = bi.api.post("chart/data", context)["result"]
        [row] = result["data"]
        [(value,)] = bi.expected(expected, *list(values.values())[: len(chosen)])
        assert list(row.values()) == [pytest.approx(value, rel=1e-9)]


def test_each_filter_reaches_the_charts_that_can_answer_it(bi: Bi) -> None:
    dashboard = bi.api.get(f"dashboard/{SLUG}")["result"]
    titles = {bi.chart(chart.title)["id"]: chart.title for chart in CHARTS}
    left_out = {
        choice["name"]: {titles[number] for number in choice["scope"]["excluded"]}
        for choice in json.loads(dashboard["json_metadata"])["native_filter_configuration"]
    }
    assert left_out == {
        **{
            name: {chart.title for chart in CHARTS if chart.dataset not in has_it}
            for name, (_, has_it) in CHOICES.items()
        },
        "Period": {"What each KPI is"},
    }


def test_columns_are_described_as_in_the_published_file(bi: Bi) -> None:
    datasets = bi.api.get("dataset/?q=(page_size:100)")["result"]
    [number] = [each["id"] for each in datasets if each["table_name"] == "fct_calls"]
    columns = bi.api.get(f"dataset/{number}")["result"]["columns"]
    told = {each["column_name"]: each["description"] for each in columns}
    assert told == dict(
        bi.expected(
            "select column_name, comment from duckdb_columns() where table_name = 'fct_calls'"
        )
    )


def test_superset_reads_and_never_writes(bi: Bi) -> None:
    [row] = bi.query("select current_setting('access_mode') as access_mode")
    assert row["access_mode"].lower() == "read_only"


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_the_page_draws_every_chart_and_obeys_a_choice(bi: Bi, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  where it is there

    share = f"{bi.expected(SHOWN['Service level'])[0][0]:.1%}"
    client = bi.expected("select min(client) from marts.fct_calls")[0][0]
    chosen = f"{bi.expected(CHOSEN[0][2], client)[0][0]:.1%}"
    with sync_playwright() as chromium:
        flags = "--no-sandbox --disable-gpu --disable-background-networking --no-first-run"
        browser = chromium.chromium.launch(executable_path=CHROMIUM, args=flags.split())
        page = browser.new_page(viewport={"width": 1440, "height": 2500})
        page.set_default_timeout(180_000)
        expect.set_options(timeout=180_000)
        page.goto(f"{bi.superset.url}/login/")
        page.fill("[data-test=username-input]", USER)
        page.fill("[data-test=password-input]", bi.superset.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/**")
        page.goto(f"{bi.superset.url}/superset/dashboard/{SLUG}/")
        big = page.locator("[data-test=chart-container]").filter(has=page.locator(".header-line"))
        expect(big.first).to_contain_text(share)
        expect(page.locator(".slice_container")).to_have_count(len(CHARTS))
        expect(page.locator(".slice_container canvas")).to_have_count(
            sum(chart.day is not None for chart in CHARTS)
        )
        expect(page.locator("[data-test=loading-indicator]")).to_have_count(0)
        expect(page.get_by_text("Unexpected error")).to_have_count(0)
        page.screenshot(path=tmp_path / "dashboard.png")
        page.get_by_label("Client").first.click()
        page.keyboard.type(client)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.locator("[data-test=filter-bar__apply-button]").click()
        expect(big.first).to_contain_text(chosen)
        browser.close()


def endless(rows: int) -> str:
    """Give a query of so many million rows, which keeps its connection open till it ends."""
    return (
        f"select count(*) as found from range(1000) as a (n), range({rows * 1000}) as b (n) "
        "where hash(a.n, b.n) = 0"
    )


def seconds_of(action: Callable[[], object]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def test_a_publish_is_never_kept_waiting_and_is_seen_when_the_last_query_has_ended(bi: Bi) -> None:
    """DuckDB shares one opened file among the connections of a process: the old one, till then."""
    statement = "select count(*) as calls from marts.fct_calls"
    [(before,)] = bi.expected(statement)
    publishing_takes = seconds_of(lambda: publish(bi.warehouse, "first"))
    hundred_million_take = seconds_of(lambda: bi.query(endless(100)))
    with bi.warehouse.connect() as connection:
        connection.execute(
            "insert into marts.fct_calls by name select * replace ('new' as call_id) "
            "from marts.fct_calls limit 1"
        )
    long_enough = (3 * publishing_takes + 20) / hundred_million_take
    reader = threading.Thread(target=bi.query, args=[endless(int(100 * long_enough))])
    reader.start()
    time.sleep(5)
    publish(bi.warehouse, "second")
    assert bi.expected(statement) == [(before + 1,)]
    assert bi.query(statement) == [{"calls": before}]
    assert reader.is_alive(), "the query ended too soon to tell anything: run it again"
    reader.join()
    assert bi.query(statement) == [{"calls": before + 1}]


def test_the_kept_export_is_what_the_api_makes(bi: Bi) -> None:
    for kind in ("dashboard", "chart", "dataset", "database"):
        for each in bi.api.get(f"{kind}/?q=(page_size:100)")["result"]:
            bi.api.delete(f"{kind}/{each['id']}")
    made = export.exported(bi.api, making.make(bi.api, bi.warehouse.published))
    assert made == export.kept(), "docs/superset is stale: run `make bi-export`"
    assert len([name for name in made if name.startswith("charts/")]) == len(SHOWN) == len(CHARTS)
