"""A telephone queue: first come, first served, by the agents who are on the phone."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from service_kpis.generating.seasons import HOUR, Bools, Floats, Ints
from service_kpis.generating.world import NONE, Agents

MOST_ATTEMPTS = 3
"""Calls that one person makes about one question on one day."""


@dataclass(frozen=True)
class Callers:
    """Who joins the queue, one entry a caller, in order of `arrives_at` (seconds since 1970)."""

    arrives_at: Ints
    handle_seconds: Floats
    """By an agent of usual pace; talk, hold and after-call work."""
    wrap_up_seconds: Floats
    patience: Floats
    """Seconds until the caller leaves the queue, by hanging up or for a call-back."""
    difficulty: Floats
    """The question is solved by an agent whose skill exceeds it."""
    back_if_abandoned: Floats
    back_if_unsolved: Floats
    """Seconds until the caller calls again the same day; infinite = not today."""


@dataclass(frozen=True)
class Served:
    """What became of them, one entry a call: a caller who calls again has several."""

    caller: Ints
    attempt: Ints
    queued_at: Ints
    answered_at: Ints
    ended_at: Ints
    agent: Ints
    is_solved: Bools
    """Of an unanswered call, false."""
    comes_back: Bools
    """A later entry is the same person with the same question."""


def roster(
    agents: Agents, pool: int, day: int, midnight: int, needed: Floats
) -> list[tuple[float, float, int]]:
    """Put the agents of a pool on the phone, as (from, until, agent) in seconds since 1970.

    `needed` has the planned number by hour; the first of the day's agents sit longest.
    """
    present = agents.present(pool, day)
    shifts = []
    for rank, agent in enumerate(present.tolist()):
        is_on = np.flatnonzero(np.diff(needed > rank, prepend=False, append=False))
        for start, stop in zip(is_on[::2].tolist(), is_on[1::2].tolist(), strict=True):
            shifts.append((float(midnight + start * HOUR), float(midnight + stop * HOUR), agent))
    return shifts


def serve(callers: Callers, shifts: list[tuple[float, float, int]], agents: Agents) -> Served:
    """Play one day of a queue.

    Each waiting call is a consequence of those before it, so this goes caller by caller: the only
    loop a row of the generator, on plain lists and heaps.
    """
    free = [(start, stop, agent) for start, stop, agent in shifts]
    heapq.heapify(free)
    arrives, patience = callers.arrives_at.tolist(), callers.patience.tolist()
    handle, difficulty = callers.handle_seconds.tolist(), callers.difficulty.tolist()
    wrap_up = callers.wrap_up_seconds.tolist()
    if_abandoned, if_unsolved = (
        callers.back_if_abandoned.tolist(),
        callers.back_if_unsolved.tolist(),
    )
    pace, skill = agents.pace.tolist(), agents.skill.tolist()
    closing = max((stop for _, stop, _ in shifts), default=0.0)

    again: list[tuple[float, int, int]] = []
    out: list[tuple[int, int, float, float, float, int, bool, bool]] = []
    position, count = 0, len(arrives)
    while position < count or again:
        if again and (position == count or again[0][0] < arrives[position]):
            at, caller, attempt = heapq.heappop(again)
        else:
            at, caller, attempt = float(arrives[position]), position, 0
            position += 1
        # Who should have left the phone by now takes no further call.
        while free and free[0][1] <= max(at, free[0][0]):
            heapq.heappop(free)
        gives_up_at = at + patience[caller]
        starts_at = max(at, free[0][0]) if free else float("inf")
        is_solved = False
        if starts_at > gives_up_at:
            answered_at, agent = float(NONE), NONE
            ended_at = min(gives_up_at, max(at + 5, closing + 1800))
            back_at = ended_at + if_abandoned[caller]
        else:
            _, until, agent = free[0]
            busy = handle[caller] * pace[agent]
            heapq.heapreplace(free, (starts_at + busy, until, agent))
            answered_at = starts_at
            ended_at = starts_at + max(5.0, busy - wrap_up[caller])
            is_solved = difficulty[caller] < skill[agent]
            back_at = float("inf") if is_solved else ended_at + if_unsolved[caller]
        comes_back = back_at < closing and attempt + 1 < MOST_ATTEMPTS
        if comes_back:
            heapq.heappush(again, (back_at, caller, attempt + 1))
        out.append((caller, attempt, at, answered_at, ended_at, agent, is_solved, comes_back))

    columns = np.array(out, dtype=np.float64).reshape(-1, 8).T.astype(np.int64)
    return Served(
        caller=columns[0],
        attempt=columns[1],
        queued_at=columns[2],
        answered_at=columns[3],
        ended_at=columns[4],
        agent=columns[5],
        is_solved=columns[6] == 1,
        comes_back=columns[7] == 1,
    )
