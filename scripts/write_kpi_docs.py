"""Write docs/kpis.md from what the models and docs/variables.md say of each KPI.

Run it with `.venv/bin/python scripts/write_kpi_docs.py`; a test fails while the page is stale.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

PROJECT_DIR = Path(__file__).resolve().parents[1]
PAGE = PROJECT_DIR / "docs" / "kpis.md"
KPIS = PROJECT_DIR / "models" / "kpi"
PERIODS = PROJECT_DIR / "models" / "period"
DAILY = PROJECT_DIR / "models" / "daily"
MEASURES = PROJECT_DIR / "macros" / "measures"
BETTER = {"up": "more is better", "down": "less is better", None: "neither way is better"}

HEAD = """\
# KPIs: what each one is

This page is written by `scripts/write_kpi_docs.py`; change the model's yml instead. The same is in
the table `kpi_catalogue`.

Every KPI is a numerator over a denominator, at five grains: day, week (from Monday), month,
quarter and year of `reporting_timezone`. An empty denominator gives null, never 0. Durations are
in seconds, rates between 0 and 1. A row is complete when its period has ended at `as_of` and
nothing in it still needs time to be judged. Beside `all`, a KPI is told apart by one dimension at
a time; a row without a value counts under `(none)`. Dimension `agent` starts at the week; its days
are in `daily_*`. What adds up over days may be summed to any span, what adds up over dimensions
from the values of one; the rest is counted anew in each cell. Targets are those shipped; seed
[kpi_targets](seeds.md#kpi_targetscsv) overrides them. Variables are told in
[variables.md](variables.md); `reporting_timezone` and `as_of` act on all and are not repeated. S0
to S4 are the articles that ask for a KPI.
"""


def page() -> str:
    """Give the whole page."""
    by_theme: dict[str, list[str]] = {}
    for file in sorted(KPIS.glob("*/kpi_*.yml")):
        by_theme.setdefault(file.parent.name, []).append(_section(file))
    parts = [HEAD]
    for theme, sections in by_theme.items():
        parts += [f"## {theme.capitalize()}\n", *sections]
    return "\n".join(parts)


def _section(file: Path) -> str:
    [model] = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    kpi = model["config"]["meta"]["kpi"]
    key = file.stem.removeprefix("kpi_")
    _, definition = model["description"].split(". ", 1)
    sql = file.with_suffix(".sql").read_text(encoding="utf-8")
    variables = ", ".join(f"[{name}](variables.md#{name})" for name in _variables(key))
    rows = {
        "Label": f"{kpi['label_en']} · {kpi['label_fr']}",
        "Definition": definition.strip(),
        "Définition": kpi["definition_fr"].strip(),
        "Formula": kpi["formula"],
        "Unit": f"{kpi['unit']}, {BETTER[kpi.get('direction')]}",
        "Target": _target(kpi),
        "Variables": variables or "–",
        "Dimensions": ", ".join(_dimensions(sql)),
        "Grains": _grains(sql),
        "Adds up": _additivity(kpi.get("not_additive_over", [])),
        "Article": str(kpi.get("source_article") or "–"),
    }
    lines = [f"| {name} | {' '.join(text.split())} |" for name, text in rows.items()]
    return "\n".join([f"### {key}\n", "| | |", "|---|---|", *lines, ""])


def _target(kpi: dict[str, Any]) -> str:
    if kpi.get("target") is None:
        return "–"
    by = f" by {kpi['target_on']}" if kpi.get("target_on") else ""
    return f"{kpi['target']}{by}"


def _additivity(not_over: list[str]) -> str:
    """Tell over what numerators and denominators may be summed."""
    overlapping = [name for name in not_over if name not in {"days", "dimensions"}]
    over = [name for name in ("days", "dimensions") if name not in not_over]
    but = f", but {' and '.join(overlapping)}" if overlapping else ""
    return f"over {' and '.join(over)}{but}" if over else "–"


def _variables(key: str) -> list[str]:
    """Name the variables whose line "Changes" in docs/variables.md names the KPI."""
    text = (PROJECT_DIR / "docs" / "variables.md").read_text(encoding="utf-8")
    named = []
    for section in text.split("\n## ")[1:]:
        name = section.split("\n", 1)[0]
        changes = re.search(r"^Changes: (.*?)(?:\n\n|\Z)", section, re.MULTILINE | re.DOTALL)
        if name != "as_of" and changes and f"`{key}`" in changes[1]:
            named.append(name)
    return named


def _sources(sql: str) -> list[str]:
    """Read the period models of a KPI, or the daily model that one of them rolls up."""
    texts = []
    for period in re.findall(r"ref\('(period_\w+)'\)", sql):
        text = (PERIODS / f"{period}.sql").read_text(encoding="utf-8")
        daily = re.search(r"ref\('(daily_\w+)'\)", text)
        texts.append((DAILY / f"{daily[1]}.sql").read_text(encoding="utf-8") if daily else text)
    return texts


def _dimensions(sql: str) -> list[str]:
    """Find the dimensions: a *_dimensions() macro's, those listed, or the only one there is."""
    named = ["all"]
    for text in _sources(sql):
        if only := re.search(r"'(\w+)' as dimension\b|where \w+\.dimension = '(\w+)'", text):
            named = [only[1] or only[2]]
        elif macro := re.search(r"(\w+_dimensions)\(\)", text):
            named += _dimensions_of(macro[1])
        elif listed := re.search(r"by_dimension\([^\[]*\[[^\]]*\], \[(.*?)\]", text):
            named += re.findall(r"'(\w+)'", listed[1])
    return named


def _dimensions_of(macro: str) -> list[str]:
    """Read the list of a macro, or another macro's less one of its dimensions."""
    body = (MEASURES / f"{macro}.sql").read_text(encoding="utf-8")
    if less := re.search(r"(\w+_dimensions)\(\) \| reject\('equalto', '(\w+)'\)", body):
        return [name for name in _dimensions_of(less[1]) if name != less[2]]
    return re.findall(r"'(\w+)'", body)


def _grains(sql: str) -> str:
    if "period_customers" in sql:
        return "month, quarter, year"
    if any("'day' as grain" in text for text in _sources(sql)):
        return "day"
    return "day, week, month, quarter, year"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
