"""Write the report: one file that opens without a network and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path

import jinja2
import vl_convert
from markupsafe import Markup

from service_kpis import state
from service_kpis.reporting.payload import packed, payload
from service_kpis.reporting.published import open_published
from service_kpis.warehouse import Warehouse, let_read

PAGE = Path(__file__).parent / "page"
# In the order in which they need each other.
SCRIPTS = (
    "words",
    "formats",
    "data",
    "choices",
    "elements",
    "sparkline",
    "scorecard",
    "definition",
    "contracts",
    "charts",
    "pictures",
    "report",
)


def write_report(warehouse: Warehouse) -> Path:
    """Write report/index.html from the published file and give its path.

    Readers see the old report or the new one, whole. Raises InputError (exit 2) where nothing is
    published yet.
    """
    with open_published(warehouse.published) as connection:
        content = payload(warehouse, connection)
    scripts = [bundle(), script()]
    html = template().render(
        css=Markup((PAGE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        scripts=[Markup(text) for text in scripts],  # noqa: S704 - ours and Vega's
        hashes=[content_hash(text) for text in scripts],
        payload=packed(content),
    )
    return replace(warehouse.report, html)


@cache
def bundle() -> str:
    """Give Vega, Vega-Lite and their embedding as one script, for all charts of the page."""
    text = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return f"(() => {{\n{text}\n}})();"


def script() -> str:
    """Give the page's own script: its files one after the other, with no names of the outside."""
    texts = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return "(() => {\n'use strict';\n" + "\n".join(texts) + "})();"


def content_hash(text: str) -> str:
    """Name a script by its content: the page's policy runs these two and nothing else."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def template() -> jinja2.Template:
    """Load the page; whatever isn't said to be markup is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def replace(path: Path, html: str) -> Path:
    """Put the page in place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    state.write_through(draft, html.encode())
    let_read(path.parent)
    draft.replace(path)
    state.sync(path.parent)
    return path
