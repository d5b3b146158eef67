"""Write the payload's columns shortly: the page gets the same figures from fewer letters.

What repeats is carried once: the sample sizes that KPIs of one denominator share, and the grains,
periods and names of a picture's rows. `unpack` of page/data.js and `columnOf` undo it.
"""

from __future__ import annotations

import json
from typing import Any

from service_kpis.reporting.picture import Rows

Line = dict[str, Any]


def shortened(content: dict[str, Any]) -> dict[str, Any]:
    """Give the payload as the file carries it."""
    samples: dict[tuple[int | None, ...], int] = {}
    lines = [short_line(line, samples) for line in content["lines"]]
    return content | {
        "samples": list(samples),
        "lines": lines,
        "contracts": short_rows(content["contracts"]),
        "pictures": [
            picture | {"rows": short_rows(picture["rows"])} for picture in content["pictures"]
        ],
    }


def short_line(line: Line, samples: dict[tuple[int | None, ...], int]) -> Line:
    """Name the line's sample sizes by their place among `samples`, and its values by their sums.

    A share of 163 calls is 0.7239264 but 118 of them, and a mean of whole seconds is a whole sum:
    where that is so of each value, and shorter, the line has `sum` instead of `value`.
    """
    place = samples.setdefault(tuple(line["n"]), len(samples))
    made = line | {"n": place}
    sums = whole_sums(line["value"], line["n"])
    if sums is not None and letters(sums) < letters(line["value"]):
        del made["value"]
        made["sum"] = sums
    return made


def whole_sums(values: list[float | None], samples: list[int | None]) -> list[int | None] | None:
    """Multiply means by what they are means of; None if a product isn't a whole number.

    The values have seven digits, so that a product is known to as many: it must say which whole
    number it is, and that number must give the value again.
    """
    sums: list[int | None] = []
    for value, sample in zip(values, samples, strict=True):
        if value is None:
            sums.append(None)
            continue
        if not sample:
            return None
        total = round(value * sample)
        if abs(total) > MOST_SUM or float(f"{total / sample:.7g}") != value:
            return None
        sums.append(total)
    return sums


MOST_SUM = 1_000_000


def short_rows(rows: Rows) -> dict[str, Any]:
    """Shorten each column of rows by itself."""
    return {name: short_column(column) for name, column in rows.items()}


def short_column(column: list[Any]) -> Any:
    """Carry a column by the places of its values in a list of them, or by runs of these places.

    The shortest of the three ways is taken; a column of figures mostly stays as it is.
    """
    places: dict[Any, int] = {}
    # True is 1 and 1.0 to a dictionary, and not to a reader.
    codes = [places.setdefault((type(value), value), len(places)) for value in column]
    runs: list[int] = []
    for code in codes:
        if runs and runs[-2] == code:
            runs[-1] += 1
        else:
            runs += [code, 1]
    values = [value for _, value in places]
    ways: list[Any] = [column, {"values": values, "codes": codes}, {"values": values, "runs": runs}]
    return min(ways, key=letters)


def letters(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
