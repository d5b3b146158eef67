"""Tables as a person lays them out: a line a row, cells between bars, a reason after `#`."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    """Read a table of this folder, such as `shop/orders`: one dict a row, an empty cell is ''."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line.partition("#")[0] for line in text.splitlines()]
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]
    return [dict(zip(header, row, strict=True)) for row in rows]
