"""How far the reading of a source is, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service_kpis.landing.source import Source

OnCount = Callable[[int, int, str], None]


@dataclass
class Reading:
    """Counts files and rows as they are read, and tells (files read, of how many, at what)."""

    on_count: OnCount
    files: int
    done: int = 0
    rows: int = 0

    def begin(self, what: str) -> None:
        self.on_count(self.done, self.files, f"{self.rows:,} rows; {what}")

    def end(self, rows: int) -> None:
        self.done += 1
        self.rows += rows


def reading_of(source: Source, on_count: OnCount) -> Reading:
    """Begin to count the files of a source; a table of a database counts as one."""
    files = [
        len(files.paths)
        for mapping in source.mappings
        for files in (mapping.files, *mapping.relations.values())
        if files
    ]
    return Reading(on_count, sum(files) + sum(bool(each.database) for each in source.mappings))
