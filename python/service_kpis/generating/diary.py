"""What people will still do: things noted for a later day, as arrays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from service_kpis.generating.seasons import DAY, Calendar, Ints

Batch = dict[str, Ints]
"""Columns of equal length, one entry a person or thing."""


@dataclass
class Diary:
    """Batches by kind and day number.

    What lies after the sample's end is forgotten; what is noted for a day whose page was taken
    already happens on the next, at the same hour.
    """

    calendar: Calendar
    pages: dict[tuple[str, int], list[Batch]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, at: Ints, /, **columns: Ints) -> None:
        """Note rows for the days of their times `at` (seconds since 1970); `at` is kept too."""
        next_page = self.calendar.midnight(self.taken.get(kind, -1) + 1)
        at = np.where(at < next_page, next_page + at % DAY, at)
        kept = np.flatnonzero(at < self.calendar.end)
        if not len(kept):
            return
        day = at[kept] // DAY - self.calendar.first_day
        order = np.argsort(day, kind="stable")
        kept, day = kept[order], day[order]
        starts = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
        batch = {name: values[kept] for name, values in {"at": at, **columns}.items()}
        for start, stop in zip(starts, [*starts[1:], len(kept)], strict=True):
            self.pages[kind, int(day[start])].append(
                {name: values[start:stop] for name, values in batch.items()}
            )

    def take(self, kind: str, day: int, columns: tuple[str, ...]) -> Batch:
        """Take out what was noted for a day: `at` and `columns`, empty where nothing was."""
        self.taken[kind] = day
        return join(self.pages.pop((kind, day), []), ("at", *columns))


def join(batches: list[Batch], columns: tuple[str, ...]) -> Batch:
    """Put batches one after the other; without any, the columns are empty."""
    empty = np.empty(0, np.int64)
    return {name: np.concatenate([empty, *(batch[name] for batch in batches)]) for name in columns}


def pick(batch: Batch, where: Ints | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Batch:
    """Keep the rows that `where` names or marks."""
    return {name: values[where] for name, values in batch.items()}
