"""Lines over time as SVG: drawn once by Altair, so that the page needs no script to show them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from markupsafe import Markup

from service_kpis.reporting.published import Point
from service_kpis.reporting.wording import (
    DAY,
    HOUR,
    MINUTE,
    duration_text,
    number,
    period_number,
    period_of_number,
    period_text,
    tick_text,
    value_text,
)

# A chart is as wide as a card on a phone, so that its letters stay readable there.
WIDTH, HEIGHT = 340, 132
MOST_LABELS, MOST_TICKS = 5, 5
# Vega thins out even the ticks that it is given, where they are more than this.
ALL_TICKS = 100
CLOCK_STEPS = (
    *(15, 20, 30),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * HOUR for n in (1, 2, 3, 4, 6, 12)),
)
SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", SVG)

# The page's CSS gives these names a colour, another one in the dark.
LINE, TARGET, INK, GRID, PAPER = (
    f"var(--{name})" for name in ("line", "target", "quiet", "grid", "paper")
)


def line_chart(
    points: Sequence[Point], unit: str, target: float | None, label: str, currency: str = ""
) -> Markup:
    """Draw one KPI over time: the line, its 95 % interval, the target, what isn't complete yet.

    A period that isn't complete is hollow, and the line that leads to it is dashed; periods
    without data break the line. Every period answers the pointer with its value.
    """
    shown = [point for point in points if point.value is not None]
    grain = shown[0].grain
    first = period_number(shown[0].period, grain)
    last = period_number(shown[-1].period, grain)
    low, high, ticks = value_axis(shown, unit, target)
    dots = [dot(point, first, unit, currency) for point in shown]

    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.5, last - first + 0.5], nice=False),
        axis=period_axis(shown[-1].period, grain, first, last),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=value_axis_of(ticks, unit),
    )
    layers = [
        alt.Chart(values(bands(dots)))
        .mark_area(color=LINE, opacity=0.14, line=False)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", detail="run:N"),
        alt.Chart(values(segments(dots)))
        .mark_rule(color=LINE, strokeWidth=2, strokeCap="round")
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            strokeDash=alt.condition("datum.complete", alt.value([1, 0]), alt.value([2, 4])),
        ),
        alt.Chart(values(dots))
        .mark_point(size=dot_size(len(dots)), stroke=LINE, strokeWidth=1.6, opacity=1)
        .encode(x=x, y=y, fill=alt.condition("datum.complete", alt.value(LINE), alt.value(PAPER))),
    ]
    if target is not None:
        rule = alt.Chart(values([{"y": target}])).mark_rule(
            color=TARGET, strokeWidth=1.4, strokeDash=[6, 3]
        )
        layers.insert(1, rule.encode(y=y))
    hover = (
        alt.Chart(values(dots))
        .mark_rect(fill=INK, opacity=0, aria=True)
        .encode(
            x=alt.X("left:Q"),
            x2="right:Q",
            y=alt.value(0),
            y2=alt.value(HEIGHT),
            description="told:N",
        )
    )
    chart = (
        alt.layer(*layers, hover)
        .properties(width=WIDTH, height=HEIGHT, background="transparent", padding=2)
        .configure(
            # The frame, axes included, has one size, whatever its labels: the cards line up.
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
            aria=False,
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(
                labelColor=INK,
                labelFontSize=11,
                gridColor=GRID,
                domainColor=GRID,
                tickColor=GRID,
            ),
        )
    )
    return readable(vl_convert.vegalite_to_svg(chart.to_dict()), label)


def values(rows: Iterable[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def dot(point: Point, first: int, unit: str, currency: str) -> dict[str, Any]:
    """Place one period on the chart, with what it tells when pointed at."""
    x = period_number(point.period, point.grain) - first
    told = f"{period_text(point.period, point.grain)}: {value_text(point.value, unit, currency)}"
    if point.low is not None and point.high is not None:
        told += (
            f" (95 % between {value_text(point.low, unit, currency)}"
            f" and {value_text(point.high, unit, currency)})"
        )
    if point.sample_size is not None:
        told += f", n = {number(point.sample_size, 0)}"
    if not point.is_complete:
        told += ", not complete"
    return {
        "x": x,
        "left": x - 0.5,
        "right": x + 0.5,
        "y": point.value,
        "low": point.low,
        "high": point.high,
        "complete": point.is_complete,
        "told": told,
    }


def segments(dots: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbours: a period without data leaves a gap."""
    return [
        {
            "x": before["x"],
            "y": before["y"],
            "x2": after["x"],
            "y2": after["y"],
            "complete": before["complete"] and after["complete"],
        }
        for before, after in pairwise(dots)
        if after["x"] == before["x"] + 1
    ]


def bands(dots: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the runs of neighbours that have an interval: a band doesn't bridge a gap."""
    ranged = [dot for dot in dots if dot["low"] is not None and dot["high"] is not None]
    # Along neighbours, place less order stays the same.
    return [{**dot, "run": dot["x"] - order} for order, dot in enumerate(ranged)]


def dot_size(count: int) -> int:
    return 34 if count <= 26 else 12


def value_axis(
    points: Sequence[Point], unit: str, target: float | None
) -> tuple[float, float, list[float]]:
    """Choose the range of a chart, so that its interval and target are in sight, and its ticks."""
    seen = [
        mark
        for point in points
        for mark in (point.value, point.low, point.high)
        if mark is not None
    ]
    seen += [] if target is None else [target]
    bottom, top = min(seen), max(seen)
    room = (top - bottom) * 0.08 or abs(top) * 0.1 or 1.0
    low, high = bottom - room, top + room
    if bottom >= 0 and unit != "points":
        low = max(low, 0.0)
    if unit == "ratio" and top <= 1:
        high = min(high, 1.0 + room / 4)
    step = tick_step((high - low) / MOST_TICKS, unit)
    ticks = [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return low, high, ticks


def tick_step(wanted: float, unit: str) -> float:
    """Round a distance between ticks up to one that people count in, on clocks too."""
    if unit == "seconds" and 10 < wanted <= CLOCK_STEPS[-1]:
        return next(step for step in CLOCK_STEPS if wanted <= step)
    if unit == "seconds" and wanted > CLOCK_STEPS[-1]:
        return tick_step(wanted / DAY, "count") * DAY
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if wanted <= power * n * (1 + 1e-9))


def value_axis_of(ticks: Sequence[float], unit: str) -> alt.Axis:
    """Label ticks by their place, as their labels are written here and not by Vega."""
    if unit == "ratio":
        percents = [tick * 100 for tick in ticks]
        labels = [number(percent, decimals(percents)) + "%" for percent in percents]
    elif unit == "seconds":
        labels = [clock_text(tick) for tick in ticks]
    else:
        labels = [number(tick, decimals(ticks)) for tick in ticks]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    first = ticks[0] if ticks else 0.0
    return alt.Axis(
        values=list(ticks),
        tickCount=ALL_TICKS,
        labelExpr=f"{json.dumps(labels)}[round((datum.value - {first!r}) / {step!r})]",
        title=None,
        ticks=False,
        domain=False,
        labelPadding=6,
        labelOverlap=False,
        minExtent=44,
        maxExtent=44,
    )


def decimals(ticks: Sequence[float]) -> int:
    """Count the decimals that tell the ticks apart."""
    return next(
        (n for n in range(4) if all(math.isclose(t, round(t, n), abs_tol=1e-9) for t in ticks)), 4
    )


def clock_text(seconds: float) -> str:
    """Write a tick of time: 20 s, 1:30, 4 h, 2 d."""
    for size, name in ((DAY, "d"), (HOUR, "h")):
        if seconds >= size and float(seconds / size).is_integer():
            return f"{number(seconds / size, 0)} {name}"
    if seconds < MINUTE and float(seconds).is_integer():
        return f"{seconds:.0f} s"
    return duration_text(seconds)


def period_axis(like: date, grain: str, first: int, last: int) -> alt.Axis:
    """Label a few periods, the last one always."""
    every = max(1, math.ceil((last - first + 1) / MOST_LABELS))
    shown = list(range(last - first, -1, -every))[::-1]
    labels = {x: tick_text(period_of_number(first + x, grain, like), grain) for x in shown}
    return alt.Axis(
        values=shown,
        tickCount=ALL_TICKS,
        labelExpr=f"{json.dumps(labels)}[datum.value]",
        title=None,
        grid=False,
        ticks=False,
        labelPadding=6,
        labelAngle=0,
        labelOverlap=False,
    )


def readable(svg: str, label: str) -> Markup:
    """Make Vega's SVG one image with a name, its parts answering the pointer with a title."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - written by Vega a moment ago
    for element in root.iter():
        told = element.attrib.pop("aria-label", None)
        for name in ("role", "aria-roledescription", "aria-hidden", "font-family"):
            element.attrib.pop(name, None)
        if told and element.tag == f"{{{SVG}}}path":
            element.set("class", "period")
            ElementTree.SubElement(element, f"{{{SVG}}}title").text = told
    # The page scales it: the frame is in viewBox.
    for name in ("width", "height", "class", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", label)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - escaped by it


def sparkline(points: Sequence[Point]) -> tuple[str, tuple[float, float] | None]:
    """Place a line of 96 × 24 units: the path's `d`, and where its last complete period stands."""
    shown = [(point, point.value) for point in points if point.value is not None]
    if len(shown) < 2:
        return "", None
    numbers = [period_number(point.period, point.grain) for point, _ in shown]
    width = max(numbers[-1] - numbers[0], 1)
    bottom = min(value for _, value in shown)
    height = max(value for _, value in shown) - bottom or 1.0
    path, end = "", None
    for i, (point, value) in enumerate(shown):
        x = 2 + 92 * (numbers[i] - numbers[0]) / width
        y = 21 - 18 * (value - bottom) / height
        path += f"{'L' if i and numbers[i] == numbers[i - 1] + 1 else 'M'}{x:.1f} {y:.1f}"
        end = (round(x, 1), round(y, 1)) if point.is_complete else end
    return path, end
