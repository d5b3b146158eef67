"""The lists in macros/measures, read as what MetricFlow aggregates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2

MEASURES = Path(__file__).resolve().parents[2] / "macros" / "measures"


@dataclass(frozen=True)
class Aggregate:
    """How MetricFlow aggregates a column, and over which expression."""

    agg: str
    expr: str
    params: Mapping[str, Any] = field(default_factory=dict)


def _count_where(condition: str) -> Aggregate:
    if re.fullmatch(r"\w+", condition):
        return Aggregate("sum_boolean", condition)
    if told := re.fullmatch(r"(\w+) is not null", condition):
        return Aggregate("count", told[1])
    return Aggregate("sum", f"case when {condition} then 1 else 0 end")


def _sum_where(amount: str, condition: str = "") -> Aggregate:
    counted = f"case when {condition} then {amount} end" if condition else amount
    return Aggregate("sum", f"coalesce({counted}, 0)")


def _percentile_of(amount: str, fraction: float) -> Aggregate:
    exact = {"use_discrete_percentile": False, "use_approximate_percentile": False}
    return Aggregate("percentile", amount, {"percentile": fraction, **exact})


def aggregate(of: Aggregate | str) -> Aggregate:
    """Read the aggregates that the lists of measures write as SQL."""
    if isinstance(of, Aggregate):
        return of
    if re.fullmatch(r"\w+( is not null)?", of):
        return _count_where(of)
    if of == "count(*)":
        return Aggregate("sum", "1")
    if counted := re.fullmatch(r"count\((distinct )?(.+)\)", of):
        return Aggregate("count_distinct" if counted[1] else "count", counted[2])
    raise ValueError(f"no aggregate of MetricFlow: {of}")


@cache
def listed(macro: str) -> Any:
    """Call a macro of macros/measures, which returns a list of dimensions or of measures."""
    returned: list[Any] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    environment.globals |= {
        **{file.stem: partial(listed, file.stem) for file in MEASURES.glob("*.sql")},
        "count_where": _count_where,
        "sum_where": _sum_where,
        "sum_of_squares_where": lambda *_: None,
        "percentile_of": _percentile_of,
        "return": returned.append,
    }
    text = (MEASURES / f"{macro}.sql").read_text(encoding="utf-8")
    environment.from_string(f"{text}{{{{ {macro}() }}}}").render()
    return returned[0]
