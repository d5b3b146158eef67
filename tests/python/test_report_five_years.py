"""Five years of a large house: the report's file stays small and opens soon."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import Opened, chromium, needs_chromium
from five_years import VALUES, entries, publish_five_years
from service_kpis.reporting import write_report

pytestmark = pytest.mark.proofs

MOST_BYTES = 5_000_000
MOST_SECONDS = 5.0
OPENINGS = 3  # the machine has other work, too: the quickest of them tells of the report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(publish_five_years(tmp_path_factory.mktemp("five_years")))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_the_house_is_as_large_as_said() -> None:
    """73 KPIs; of a client, of a service, of a contract, as docs/kpis.md tells of each."""
    dimensions = Counter(
        dimension for told in entries().values() for dimension in told["Dimensions"].split(", ")
    )
    assert len(entries()) == 73
    assert [dimensions[name] for name in ("all", "client", "service", "contract")] == [
        *(70, 46, 37, 37)
    ]
    assert sum(len(VALUES[name]) for name in ("client", "service", "contract")) == 80


def test_the_file_is_below_five_megabytes(report: Path) -> None:
    assert 2_000_000 < report.stat().st_size < MOST_BYTES


@needs_chromium
def test_it_opens_within_five_seconds(report: Path, browser: Browser) -> None:
    """From asking for the file to the scorecard's figures and the charts of the part linked to."""
    seconds = []
    for _ in range(OPENINGS):
        started = time.monotonic()
        opened = Opened(browser, report, "theme-telephone")
        opened.page.wait_for_selector("#theme-telephone .chart svg")
        seconds.append(time.monotonic() - started)
        assert opened.page.locator("[data-kpi-card] .big").count() == 8
        assert opened.page.locator("table.kpis tbody tr").count() > 73
        assert opened.complaints == []
        opened.page.context.close()
    assert min(seconds) < MOST_SECONDS, seconds
