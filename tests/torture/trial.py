"""One attempt to break a promise, and whether the promise held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """`name` is the row of the table that it counts for, such as `kill -9 while publishing`."""

    name: str
    held: bool
    detail: str = ""
    """Where it did not hold: what was seen, and what it takes to try the same thing again."""
