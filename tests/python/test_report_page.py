"""The report's file: whole or not at all, inert whatever the data says, and small."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from report_payload import payload_of
from report_warehouse import HOSTILE, RIGHT_TO_LEFT, Little, publish_little
from service_kpis.errors import InputError
from service_kpis.reporting import write_report
from service_kpis.warehouse import Warehouse


class Page(HTMLParser):
    """What a browser would make of the file: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        in_script = self.tags and self.tags[-1][0] == "script"
        (self.scripts if in_script else self.texts).append(data)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Little:
    return publish_little(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def html(little: Little) -> str:
    path = write_report(little.warehouse)
    assert path == little.warehouse.report
    return path.read_text(encoding="utf-8")


def test_data_is_never_code(html: str) -> None:
    # The payload holds the hostile names, packed: no word of the data stands in the file.
    told = json.dumps(payload_of(html), ensure_ascii=False)
    assert json.dumps(HOSTILE)[1:-1] in told and RIGHT_TO_LEFT in told
    assert "alert(1)" not in html and RIGHT_TO_LEFT not in html
    names = [tag for tag, _ in Page(html).tags]
    assert names.count("script") == 3 and "img" not in names


def test_only_the_two_scripts_of_the_page_may_run(html: str) -> None:
    policy = next(str(attrs["content"]) for tag, attrs in Page(html).tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")


def test_the_page_asks_for_nothing(html: str) -> None:
    for tag, attrs in Page(html).tags:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        for name in ("src", "srcset", "xlink:href", "action", "data"):
            assert name not in attrs
        assert (attrs.get("href") or "#").startswith("#")
    css = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert css and not re.search(r"@import|@font-face|url\(", css[1])


def test_the_chart_bundle_is_there_once(html: str) -> None:
    assert html.count("window.vegaEmbed=") == 1


def test_the_skeleton_is_accessible(html: str) -> None:
    tags = Page(html).tags
    assert {"header", "main", "nav", "footer", "noscript"} <= {tag for tag, _ in tags}
    assert ("html", {"lang": "en"}) in tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert any(attrs.get("aria-live") == "polite" for _, attrs in tags)


def test_the_file_is_small(html: str, little: Little) -> None:
    # The bundle is 0.9 MB; test_report_five_years.py holds the size of a large house's.
    assert len(html) < 1_400_000


def test_the_facts_of_the_published_build_are_told(html: str) -> None:
    facts = payload_of(html)["facts"]
    assert facts["span"] == ["2025-10-01", "2026-12-09"]
    assert facts["as_of"] == "2026-12-09T21:04:00Z"
    assert facts["currency"] == "EUR" and facts["timezone"] == "Europe/Paris"
    assert facts["check_count"] == 40
    assert [warning["name"] for warning in facts["warnings"]] == ["a_source_gone_quiet"]


def test_facts_of_another_build_are_left_out(tmp_path: Path) -> None:
    warehouse = publish_little(tmp_path, empty=True).warehouse
    known = json.loads(warehouse.state.read_text(encoding="utf-8"))
    known["build"]["id"] = known["checks"]["build_id"] = "b2"
    warehouse.state.write_text(json.dumps(known), encoding="utf-8")
    facts = payload_of(write_report(warehouse).read_text(encoding="utf-8"))["facts"]
    assert facts["check_count"] is None and facts["timezone"] == "" and facts["warnings"] == []
    assert facts["published_at"] == "2026-12-10T08:02:00Z"


def test_after_a_rollback_the_file_says_its_own_currency(tmp_path: Path) -> None:
    warehouse = publish_little(tmp_path, empty=True).warehouse
    settings = {"vars": {"reporting_currency": "CHF", "reporting_timezone": "Europe/Zurich"}}
    with duckdb.connect(warehouse.published) as connection:
        connection.execute(f"""
            create or replace macro marts.publication() as table select 'b0' as build_id,
                '2026-12-10T08:02:00Z' as published_at, '2026-12-09T21:04:00Z' as as_of,
                '{json.dumps(settings)}' as settings
        """)
    facts = payload_of(write_report(warehouse).read_text(encoding="utf-8"))["facts"]
    assert (facts["currency"], facts["timezone"]) == ("CHF", "Europe/Zurich")
    assert facts["check_count"] is None  # of build b1, which the state tells of


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
    with pytest.raises(InputError, match="lacks tables that the report reads"):
        write_report(warehouse)


def test_a_failed_report_leaves_the_one_before(tmp_path: Path) -> None:
    warehouse = publish_little(tmp_path, empty=True).warehouse
    write_report(warehouse)
    before = warehouse.report.read_bytes()
    warehouse.published.unlink()
    with pytest.raises(InputError):
        write_report(warehouse)
    assert warehouse.report.read_bytes() == before
    assert [path.name for path in warehouse.report.parent.iterdir()] == ["index.html"]
