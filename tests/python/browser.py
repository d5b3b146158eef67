"""A page of the report in the system's Chromium, and what it said and asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Opened:
    """The report in a window of its own; `complaints` and `requests` stay empty if all is well.

    Charts are drawn when they come into sight: in a window as high as the page, all of them.
    """

    HIGH = 40_000

    def __init__(
        self,
        browser: Browser,
        path: Path,
        address: str = "",
        *,
        width: int = 1440,
        height: int = 900,
    ) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="America/New_York",
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.visits = 0
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"{path.as_uri()}#{address}")
        self.wait()

    def _hear(self, message: ConsoleMessage) -> None:
        # Vega-Lite warns of what it decides by itself, the height of bars for one.
        if message.type != "warning":
            self.complaints.append(message.text)

    def wait(self) -> None:
        """Wait until the choice is shown and the charts in sight are drawn."""
        self.page.wait_for_selector("html[data-ready=true]", timeout=60_000)

    def go(self, address: str = "") -> None:
        """Open the same file at another address, as a link would: quicker than a new window."""
        self.visits += 1
        self.page.evaluate(
            "address => {"
            " document.documentElement.dataset.ready = 'false';"
            " location.hash = address; }",
            f"{address}&visit={self.visits}",
        )
        self.wait()

    def choose(self, select: str, value: str) -> None:
        self.page.select_option(f"#{select}", value)
        self.wait()

    def press(self, selector: str) -> None:
        self.page.click(selector)
        self.wait()

    def card(self, kpi: str) -> str:
        """Give the text of a headline's card, thin spaces as plain ones."""
        text = self.page.inner_text(f'[data-kpi-card="{kpi}"]')
        return text.replace("\u202f", " ").replace("\u00a0", " ")

    def row(self, kpi: str) -> str:
        """Give the text of a KPI's first row in the tables of the scorecard."""
        row = self.page.locator(f'table.kpis tr:has([data-kpi="{kpi}"])').first
        return row.inner_text().replace("\u202f", " ").replace("\u00a0", " ")

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector).replace("\u202f", " ").replace("\u00a0", " ")

    def width_beyond(self) -> int:
        """Count the pixels that the page is wider than its window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return found
