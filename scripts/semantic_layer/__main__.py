"""Write models/semantic from what stands already: measures, dimensions, the KPIs' SQL and yml.

Run it with `make docs`; a test fails while it is stale. A KPI that divides two measures of a fact
gets its metric by itself. The stocks, the badge and the saved queries are written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from measures import aggregate, listed
from subjects import PERIODS, SUBJECTS, Subject, Sums

MODELS = Path(__file__).resolve().parents[2] / "models"
SEMANTIC = MODELS / "semantic"
HEAD = "# Written by scripts/semantic_layer: change the KPI, its measures or that script.\n"
DOCS = {
    name: text
    for file in MODELS.glob("**/*.md")
    for name, text in re.findall(
        r"{% docs (\w+) %}\s*(.*?)\s*{% enddocs %}", file.read_text(encoding="utf-8"), re.DOTALL
    )
}


@dataclass(frozen=True)
class Kpi:
    """What a KPI's two files say: what it is called, what it is, and what it divides."""

    key: str
    label: str
    definition: str
    period: str
    numerator: str
    denominator: str | None


def kpis() -> Iterable[Kpi]:
    for file in sorted((MODELS / "kpi").glob("*/kpi_*.sql")):
        model = _read_model(file.stem)
        period, divided = _divided(file.read_text(encoding="utf-8"))
        yield Kpi(
            key=file.stem.removeprefix("kpi_"),
            label=model["config"]["meta"]["kpi"]["label_en"],
            definition=model["description"].split(". ", 1)[1].strip(),
            period=period,
            numerator=divided["numerator"],
            denominator=divided.get("denominator"),
        )


def _divided(sql: str) -> tuple[str, dict[str, str]]:
    """Render a KPI and give what the first kpi_from in it is told."""
    told: list[tuple[str, dict[str, str]]] = []
    names = {"ref": str, "are_landed": str, "kpi_from": lambda of, **how: told.append((of, how))}
    jinja2.Template(sql).render(names)
    return told[0]


@cache
def _read_model(name: str) -> Any:
    [file] = MODELS.glob(f"**/{name}.yml")
    [model] = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    return model


def _columns(model: str) -> dict[str, str]:
    """Give what the yml of a model says of its columns, doc blocks filled in."""
    return {
        column["name"]: re.sub(
            r"{{ doc\('(\w+)'\) }}", lambda doc: DOCS[doc[1]], column["description"]
        )
        for column in _read_model(model).get("columns", [])
    }


@cache
def _texts(period: str) -> dict[str, str]:
    """Describe measures as the daily model does, where they add up over days."""
    sql = (MODELS / "period" / f"{period}.sql").read_text(encoding="utf-8")
    daily = re.search(r"ref\('(daily_\w+)'\)", sql)
    return _columns(daily[1] if daily else period)


def pages() -> dict[str, str]:
    """Give the text of each file in models/semantic that is written here."""
    told: dict[str, list[tuple[Kpi, Sums]]] = {}
    for kpi in kpis():
        for sums in PERIODS.get(kpi.period, ()):
            told.setdefault(sums.subject, []).append((kpi, sums))
    return {
        f"{name}.yml": HEAD + yaml.dump(_page(name, told[name]), Dumper=_Indented, **LAYOUT)
        for name in SUBJECTS
    }


def _page(name: str, told: list[tuple[Kpi, Sums]]) -> dict[str, Any]:
    subject = SUBJECTS[name]
    measures: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    # A KPI that is a measure and no more has that metric, and what divides by it names the KPI.
    named = {_measure(sums, kpi.numerator): kpi.key for kpi, sums in told if not kpi.denominator}
    wholes = []
    for kpi, sums in told:
        texts = {kpi.numerator: kpi.definition} | _texts(kpi.period)
        for column in filter(None, (kpi.numerator, kpi.denominator)):
            measure = _measure(sums, column)
            measures[measure] = _written_measure(sums, column, texts[column])
            if measure not in named:
                parts[measure] = _metric(measure, measure, texts[column], _simple(sums, column))
        sides = [_measure(sums, side) for side in (kpi.numerator, kpi.denominator) if side]
        kind = _ratio(*(named.get(side, side) for side in sides)) if sides[1:] else None
        key, label = f"{sums.prefix}{kpi.key}", f"{sums.prefix}{kpi.label}"
        wholes.append(_metric(key, label, kpi.definition, kind or _simple(sums, kpi.numerator)))
    model = {
        "name": name,
        "description": _read_model(subject.fact)["description"],
        "model": f"ref('{subject.fact}')",
        **_entities(subject),
        "dimensions": _dimensions(subject, [sums for _, sums in told]),
        "measures": list(measures.values()),
    }
    return {"semantic_models": [model], "metrics": [*wholes, *parts.values()]}


def _measure(sums: Sums, column: str) -> str:
    """Name a measure, which has to differ from those of all other subjects."""
    is_told = f"_{SUBJECTS[sums.subject].entity}_" in f"_{column}_"
    named = column if is_told else f"{sums.subject}_{column}"
    return f"{sums.prefix}{named}"


def _written_measure(sums: Sums, column: str, text: str) -> dict[str, Any]:
    of = sums.measures
    how = aggregate((listed(of) if isinstance(of, str) else of)[column])
    return {
        "name": _measure(sums, column),
        "description": text,
        "agg": how.agg,
        "expr": how.expr,
        "agg_time_dimension": sums.date,
        **({"agg_params": dict(how.params)} if how.params else {}),
    }


def _entities(subject: Subject) -> dict[str, Any]:
    """Name the row and, where rows refer to one another, tell by what."""
    entities = [
        {"name": name, "type": "foreign", "expr": key} for name, key in subject.refers_to.items()
    ]
    if subject.key:
        return {"entities": [{"name": subject.entity, "type": "primary", "expr": subject.key}]}
    return {"primary_entity": subject.entity, **({"entities": entities} if entities else {})}


def _metric(name: str, label: str, description: str, kind: dict[str, Any]) -> dict[str, Any]:
    words = label.replace("_", " ")
    label = words[0].upper() + words[1:]
    return {"name": name, "label": label, "description": description, **kind}


def _ratio(numerator: str, denominator: str) -> dict[str, Any]:
    return {
        "type": "ratio",
        "type_params": {"numerator": numerator, "denominator": denominator},
    }


def _simple(sums: Sums, column: str) -> dict[str, Any]:
    """Tell a metric of one measure, over the rows that count."""
    counted = f"{{{{ Dimension('{SUBJECTS[sums.subject].entity}__{sums.counted}') }}}}"
    return {
        "type": "simple",
        "type_params": {"measure": _measure(sums, column)},
        **({"filter": counted} if sums.counted else {}),
    }


def _dimensions(subject: Subject, all_sums: Iterable[Sums]) -> list[dict[str, Any]]:
    """List days, the dimensions with `(none)` as in kpi_values, and which rows count."""
    of_fact = _columns(subject.fact)
    of = subject.dimensions
    names = (*(listed(of) if isinstance(of, str) else of), *subject.also)
    days = {sums.date: sums.grain for sums in all_sums}
    return [
        *(
            {
                "name": name,
                "description": of_fact.get(name, of_fact.get("period_start")),
                "type": "time",
                **({} if name in of_fact else {"expr": "period_start"}),
                "type_params": {"time_granularity": grain},
            }
            for name, grain in days.items()
        ),
        *(
            {
                "name": name,
                "description": of_fact[name],
                "type": "categorical",
                "expr": f"coalesce({name}, '(none)')",
            }
            for name in names
        ),
        *(
            {"name": name, "description": "Which rows count.", "type": "categorical", "expr": sql}
            for name, sql in subject.verdicts.items()
        ),
    ]


class _Indented(yaml.SafeDumper):
    """Indents the items of a list, as the other yml does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


LAYOUT: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 100}


if __name__ == "__main__":
    for name, text in pages().items():
        (SEMANTIC / name).write_text(text, encoding="utf-8")
