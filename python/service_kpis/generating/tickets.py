"""Tickets and their events: written requests, and those that agents open in calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service_kpis.generating.diary import Batch, join
from service_kpis.generating.seasons import (
    CALLS_BY_HOUR,
    DAY,
    HOUR,
    WRITING_BY_HOUR,
    Bools,
    Floats,
    Ints,
    add_open_seconds,
    draw_times,
    is_open,
)
from service_kpis.generating.simulation import TICKET, Simulation
from service_kpis.generating.world import (
    CONTRACT_CLIENT,
    CONTRACT_SERVICE,
    CONTRACT_SHARE,
    DIGITAL,
    NONE,
    REASON,
    REASONS,
    TEAMS,
)
from service_kpis.generating.write import CHANNELS, cut

CHANNEL = {name: code for code, name in enumerate(CHANNELS)}
TICKETS_A_CALL = 0.30
"""Written requests of a day that nothing else caused, over the calls of a mean day."""
CHANNEL_SHARE = np.array([0.34, 0.15, 0.13, 0.10, 0.02, 0.0, 0.09, 0.05, 0.05, 0.03, 0.04])
# Median seconds of opening time until an agent answers, and how much that spreads.
FIRST_ANSWER = np.array([12_000, 14_000, 50, 40, 1500, 4000, 20_000, 700, 2000, 3000, 600], float)
IS_LIVE = np.isin(np.arange(len(CHANNELS)), [CHANNEL["chat"], CHANNEL["chatbot"]])
IS_SOCIAL = np.isin(
    np.arange(len(CHANNELS)), [CHANNEL[name] for name in ("facebook", "twitter", "instagram")]
)
REASON_SHARE = np.array([0.15, 0.15, 0.13, 0.11, 0.12, 0.13, 0.08, 0.07, 0.04, 0.02])
IS_HARD = np.isin(np.arange(len(REASONS)), [REASON["technical_problem"], REASON["complaint"]])
ROUNDS = 4
"""Most answers of an agent before a ticket is solved."""

NEW, OPEN, PENDING, ON_HOLD, RESOLVED, CLOSED, SPAM, MERGED, DELETED = range(9)
(CUSTOMER_MESSAGE, AGENT_MESSAGE, INTERNAL_NOTE, AUTO_REPLY, ASSIGNED, TRANSFERRED, SOLVED,
 REOPENED, SHUT) = range(9)  # fmt: skip


@dataclass(frozen=True)
class Lives:
    """What happens to each ticket and when, the future after the sample's end included.

    Times are seconds since 1970, `NONE` = never; `answers` and `replies` are tickets x rounds.
    """

    answers: Ints
    replies: Ints
    resolved_at: Ints
    reopened_at: Ints
    answered_again_at: Ints
    resolved_again_at: Ints
    closed_at: Ints


def play_tickets(simulation: Simulation, day: int) -> None:
    """Open the tickets that people write on a day."""
    calendar, rng = simulation.calendar, simulation.rng
    mean = simulation.calls_per_day * TICKETS_A_CALL * calendar.writing[day]
    count = int(rng.poisson(mean))
    fresh: Batch = {
        "at": draw_times(rng, count, calendar.midnight(day), WRITING_BY_HOUR),
        "customer": np.where(rng.random(count) < 0.07, NONE, simulation.some_customers(count, day)),
        "contract": rng.choice(4, count, p=CONTRACT_SHARE),
        "reason": rng.choice(len(REASONS), count, p=REASON_SHARE),
        "channel": rng.choice(len(CHANNELS), count, p=CHANNEL_SHARE),
    }
    # A chat is there in opening hours only; who finds it closed fills in the form.
    live = IS_LIVE[fresh["channel"]]
    fresh["at"][live] = draw_times(rng, int(live.sum()), calendar.midnight(day), CALLS_BY_HOUR)
    fresh["channel"][live & ~is_open(calendar, fresh["at"])] = CHANNEL["form"]
    batch = join([fresh, simulation.diary.take("ticket", day, TICKET)], ("at", *TICKET))

    update_pressure(simulation, day, len(batch["at"]))
    open_tickets(simulation, day, batch, np.full(len(batch["at"]), NONE))


def update_pressure(simulation: Simulation, day: int, arrived: int) -> None:
    """Move the digital team's backlog on by a day: what came, less what those present can do."""
    agents = simulation.agents
    present = len(agents.present(DIGITAL, day))
    usual = simulation.calls_per_day * TICKETS_A_CALL * 1.35
    capacity = usual * 2.0 * present / max(1, int((agents.pool == DIGITAL).sum()))
    simulation.waiting_tickets = max(0.0, simulation.waiting_tickets + arrived - capacity)
    simulation.ticket_pressure = min(3.0, simulation.waiting_tickets / max(usual, 1.0))


def open_tickets(simulation: Simulation, day: int, batch: Batch, agent: Ints) -> tuple[Ints, Ints]:
    """Open tickets, write them with their events, and note what their lives lead to.

    `batch` has `at` and the columns of `TICKET`; `agent` works on it, `NONE` = the digital team.
    Returns the tickets' numbers and when they are resolved for good (`NONE` = never).
    """
    rng, end = simulation.rng, simulation.calendar.end
    created, channel, count = batch["at"], batch["channel"], len(batch["at"])
    ticket = simulation.new_ids("ticket", count)
    present = simulation.agents.present(DIGITAL, day)
    if len(present):
        chosen = present[rng.integers(0, len(present), count)]
        agent = np.where(agent == NONE, chosen, agent)
    complexity = np.searchsorted([0.55, 0.87], rng.random(count) + 0.3 * IS_HARD[batch["reason"]])
    lives = live(simulation, batch, complexity)

    is_odd = rng.random(count)
    written = np.isin(channel, [CHANNEL["email"], CHANNEL["form"]])
    odd_status = np.select(
        [is_odd < 0.025, is_odd < 0.045, is_odd < 0.05], [SPAM, MERGED, DELETED], NONE
    )
    odd_status = np.where(written, odd_status, NONE)
    # A request is merged into the one before it in the mailbox, which must not itself be odd.
    before_is_odd = np.concatenate([[True], odd_status[:-1] != NONE])[:count]
    odd_status[(odd_status == MERGED) & before_is_odd] = DELETED
    odd = odd_status != NONE

    answered, solved, closed = (
        cut(lives.answers[:, 0], end),
        last_resolution(lives, end),
        cut(lives.closed_at, end),
    )
    latest_answer = cut(lives.answers, end).max(axis=1, initial=NONE)
    latest_reply = cut(lives.replies, end).max(axis=1, initial=NONE)
    status = np.select(
        [
            odd,
            closed != NONE,
            solved != NONE,
            (answered == NONE) & (channel != CHANNEL["chatbot"]),
            latest_answer >= latest_reply,
        ],
        [odd_status, CLOSED, RESOLVED, NEW, PENDING],
        OPEN,
    )
    status = np.where((status == OPEN) & (rng.random(count) < 0.2), ON_HOLD, status)
    has_team = (status != NEW) | (rng.random(count) < 0.5)
    simulation.sink.add(
        "tickets",
        ticket_id=ticket,
        customer_id=np.where(status == SPAM, NONE, batch["customer"]),
        client=CONTRACT_CLIENT[batch["contract"]],
        service=CONTRACT_SERVICE[batch["contract"]],
        channel=channel,
        request_type=np.where(rng.random(count) < 0.04, NONE, batch["reason"]),
        complexity=np.where(rng.random(count) < 0.05, NONE, complexity),
        priority=np.clip(rng.choice(4, count, p=(0.2, 0.6, 0.15, 0.05)) + (complexity == 2), 0, 3),
        team=np.where(has_team, team_of(simulation, agent), NONE),
        agent_id=np.where(has_team, agent, NONE),
        status=status,
        created_at=created,
        first_response_at=np.where(odd, NONE, answered),
        resolved_at=np.where(odd, NONE, solved),
        closed_at=np.where(odd, NONE, closed),
        reopens=np.where(odd, 0, (cut(lives.reopened_at, end) != NONE).astype(np.int64)),
        merged_into=np.where(odd_status == MERGED, ticket - 1, NONE),
    )
    has_events = (rng.random(count) < 0.93) & (odd_status != DELETED)
    known = {**batch, "ticket": ticket, "agent": agent, "is_odd": odd.astype(np.int64)}
    write_events(simulation, known, lives, has_events)
    follow_up(simulation, known, lives)
    return ticket, last_resolution(lives, np.iinfo(np.int64).max)


def team_of(simulation: Simulation, agent: Ints) -> Ints:
    """The team of each agent; the digital team where nobody has the ticket yet."""
    return np.where(agent == NONE, TEAMS.index("digital"), simulation.agents.team[agent])


def live(simulation: Simulation, batch: Batch, complexity: Ints) -> Lives:
    """Draw the tickets' lives: slower where the team is behind, longer where they are hard."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(batch["at"])
    channel, created = batch["channel"], batch["at"]
    pressure = simulation.ticket_pressure
    # Behind time, the team serves who is waiting live, and lets the mailbox wait.
    slower = np.where(IS_LIVE[channel], 1 + 0.3 * pressure, 1 + 1.4 * pressure)
    median = FIRST_ANSWER[channel] * slower

    def answer_after(at: Ints, share: float) -> Ints:
        delay = 1 + median * share * rng.lognormal(0, 0.75, count)
        return add_open_seconds(calendar, at, delay)

    # A bot solves most of its talks alone; some tickets are forgotten.
    by_bot = (channel == CHANNEL["chatbot"]) & (rng.random(count) < 0.62)
    forgotten = rng.random(count) < 0.012 + 0.02 * pressure
    asks_more = np.array([0.14, 0.48, 0.75])[complexity]
    goes_on_after = rng.random((count, ROUNDS - 1)) < asks_more[:, None]
    rounds = 1 + goes_on_after.cumprod(axis=1).sum(axis=1)
    answers = np.full((count, ROUNDS), NONE)
    replies = np.full((count, ROUNDS), NONE)
    at = created
    for nth in range(ROUNDS):
        goes_on = ~by_bot & ~forgotten & (nth < rounds)
        at = answer_after(at, 1.0 if nth == 0 else 0.7)
        answers[:, nth] = np.where(goes_on, at, NONE)
        thinking = np.where(IS_LIVE[channel], 60, 4 * HOUR) * rng.lognormal(0, 0.8, count)
        replies_too = goes_on & (nth + 1 < rounds)
        at = at + 1 + thinking.astype(np.int64)
        replies[:, nth] = np.where(replies_too, at, NONE)

    latest = answers.max(axis=1, initial=NONE)
    latest = np.where(by_bot, created + rng.integers(40, 300, count), latest)
    solves = rng.random(count) < np.where(by_bot, 0.72, 0.955 - 0.03 * complexity)
    solves &= latest != NONE
    resolved = latest + rng.integers(5, np.where(complexity == 0, 600, 20_000), count)
    reopens = solves & ~by_bot & (rng.random(count) < 0.035 + 0.03 * complexity + 0.03 * pressure)
    reopened = resolved + rng.integers(HOUR, 70 * HOUR, count)
    answered_again = answer_after(reopened, 1.0)
    resolved_again = answered_again + rng.integers(30, 4 * HOUR, count)
    solves_again = reopens & (rng.random(count) < 0.9)
    final = np.where(solves_again, resolved_again, np.where(reopens, NONE, resolved))
    final = np.where(solves, final, NONE)
    return Lives(
        answers=answers,
        replies=replies,
        resolved_at=np.where(solves, resolved, NONE),
        reopened_at=np.where(reopens, reopened, NONE),
        answered_again_at=np.where(reopens, answered_again, NONE),
        resolved_again_at=np.where(solves_again, resolved_again, NONE),
        closed_at=np.where(final != NONE, final + 3 * DAY + 1, NONE),
    )


def last_resolution(lives: Lives, end: int) -> Ints:
    """When each ticket was resolved as things stand at `end`; null after a reopening."""
    reopened = (lives.reopened_at != NONE) & (lives.reopened_at < end)
    return np.where(reopened, cut(lives.resolved_again_at, end), cut(lives.resolved_at, end))


def write_events(simulation: Simulation, batch: Batch, lives: Lives, has_events: Bools) -> None:
    """Write what happened on the tickets of `has_events`, in order of ticket and time."""
    rng, end, count = simulation.rng, simulation.calendar.end, len(batch["at"])
    ticket, agent, odd = batch["ticket"], batch["agent"], batch["is_odd"] == 1
    created, channel = batch["at"], batch["channel"]
    by_phone = channel == CHANNEL["phone"]
    first = lives.answers[:, 0]
    is_bot = channel == CHANNEL["chatbot"]
    auto = (is_bot | (rng.random(count) < 0.6)) & ~by_phone
    between = np.where(first == NONE, NONE, created + (first - created) // 2)
    hands_over = (between != NONE) & (rng.random(count) < 0.12)
    notes = (between != NONE) & (rng.random(count) < 0.15)
    nobody = np.full(count, NONE)
    parts: list[tuple[int, Ints, Ints]] = [
        (CUSTOMER_MESSAGE, np.where(by_phone, NONE, created), nobody),
        (AUTO_REPLY, np.where(auto, created + 2, NONE), nobody),
        (ASSIGNED, np.where(first == NONE, NONE, created + (first - created) // 3), agent),
        (TRANSFERRED, np.where(hands_over, between, NONE), agent),
        (INTERNAL_NOTE, np.where(notes, between, NONE), agent),
        *((AGENT_MESSAGE, lives.answers[:, nth], agent) for nth in range(ROUNDS)),
        *((CUSTOMER_MESSAGE, lives.replies[:, nth], nobody) for nth in range(ROUNDS)),
        (SOLVED, lives.resolved_at, np.where(first == NONE, NONE, agent)),
        (REOPENED, lives.reopened_at, nobody),
        (AGENT_MESSAGE, lives.answered_again_at, agent),
        (SOLVED, lives.resolved_again_at, agent),
        (SHUT, lives.closed_at, nobody),
    ]
    at = np.concatenate([times for _, times, _ in parts])
    row = np.tile(np.arange(count), len(parts))
    event = np.repeat([kind for kind, _, _ in parts], count)
    doer = np.concatenate([who for _, _, who in parts])
    # Spam and its like arrive, and nothing more happens to them.
    kept = (at != NONE) & (at < end) & has_events[row] & (~odd[row] | (at == created[row]))
    kept = np.flatnonzero(kept)
    kept = kept[np.lexsort((at[kept], row[kept]))]
    row, event, doer = row[kept], event[kept], doer[kept]
    is_message = np.isin(event, [CUSTOMER_MESSAGE, AGENT_MESSAGE, AUTO_REPLY])
    simulation.sink.add(
        "ticket_events",
        event_id=simulation.new_ids("event", len(kept)),
        ticket_id=ticket[row],
        occurred_at=at[kept],
        event=event,
        channel=np.where(is_message, channel[row], NONE),
        agent_id=doer,
        team=np.where(doer == NONE, NONE, team_of(simulation, doer)),
    )


def follow_up(simulation: Simulation, batch: Batch, lives: Lives) -> None:
    """Let customers act on what they lived through: call instead, feel, be asked."""
    rng, count = simulation.rng, len(batch["at"])
    ticket, agent, counts = batch["ticket"], batch["agent"], batch["is_odd"] == 0
    created, channel, customer = batch["at"], batch["channel"], batch["customer"]
    calendar = simulation.calendar
    by_phone = channel == CHANNEL["phone"]
    first, resolved = lives.answers[:, 0], last_resolution(lives, np.iinfo(np.int64).max)
    wait = np.where(first == NONE, 4 * DAY, first - created)

    # Who wrote and waits too long calls, before any answer.
    impatience = np.select([wait > DAY, wait > 8 * HOUR], [0.34, 0.10], 0.02)
    calls_at = add_open_seconds(
        calendar, created + (wait * rng.uniform(0.35, 0.9, count)).astype(np.int64),
        rng.integers(60, HOUR, count),
    )  # fmt: skip
    calls = ~by_phone & ~IS_LIVE[channel] & (rng.random(count) < impatience)
    calls &= (first == NONE) | (calls_at < first)
    # Who got an answer that solved nothing, from a bot or on a social network, calls too.
    unsolved = (resolved == NONE) & ~by_phone
    in_vain_at = add_open_seconds(calendar, created + rng.integers(HOUR, 2 * DAY, count), 60)
    in_vain = unsolved & ~calls & (rng.random(count) < 0.45)
    for at, where in ((calls_at, calls), (in_vain_at, in_vain)):
        simulation.call_later(
            at, where & counts & (customer != NONE), customer=customer, reason=batch["reason"],
            contract=batch["contract"], ticket=ticket, tries=np.ones(count, np.int64),
        )  # fmt: skip

    reopened = lives.reopened_at != NONE
    feeling = satisfaction_of(
        wait, resolved - created, resolved == NONE, reopened, IS_LIVE[channel]
    )
    known_at = np.where(resolved == NONE, created + 3 * DAY, resolved)
    simulation.note_mood(known_at, customer, np.where(counts, 0.45 * feeling, 0))
    is_asked = counts & (resolved != NONE) & (customer != NONE) & (rng.random(count) < 0.42)
    simulation.ask(
        np.where(resolved == NONE, created, resolved) + rng.integers(300, 20 * HOUR, count),
        kind=rng.choice(4, count, p=(0.12, 0.46, 0.20, 0.22)), satisfaction=feeling,
        where=is_asked, customer=customer, contract=batch["contract"], channel=channel,
        agent=np.where(first == NONE, NONE, agent), ticket=ticket,
    )  # fmt: skip


def satisfaction_of(
    wait: Ints, duration: Ints, unsolved: Bools, reopened: Bools, is_live: Bools
) -> Floats:
    """How a ticket leaves its customer: around 0.3, less where it waited or was not solved."""
    scale = np.where(is_live, 240.0, 36.0 * HOUR)
    feeling: Floats = (
        0.75
        - 0.6 * np.minimum(wait / scale, 2.5)
        - 0.25 * np.minimum(np.where(unsolved, 0, duration) / (5.0 * DAY), 2)
        - 1.5 * unsolved
        - 0.7 * reopened
    )
    return feeling
