"""Calls of a day: who calls and why, the IVR, the queue, the talk, and what comes of it."""

from __future__ import annotations

import numpy as np

from service_kpis.generating.diary import Batch, join, pick
from service_kpis.generating.queueing import Callers, Served, roster, serve
from service_kpis.generating.seasons import (
    CALLS_BY_HOUR,
    DAY,
    HOUR,
    Bools,
    Floats,
    Ints,
    add_open_seconds,
    draw_times,
    is_open,
)
from service_kpis.generating.simulation import CALL, Simulation
from service_kpis.generating.tickets import CHANNEL, open_tickets
from service_kpis.generating.world import (
    AFTER_SALES,
    CONTRACT_CLIENT,
    CONTRACT_SERVICE,
    CONTRACT_SHARE,
    HOTLINE,
    NONE,
    POOL_HANDLE_SECONDS,
    POOL_SHARE,
    REASON,
    TELESECRETARIAT,
    needed_agents,
    strangers_number,
)
from service_kpis.generating.write import WITHHELD

FRESH_SHARE = 0.76
"""Calls that no earlier contact caused; the others follow from what went wrong."""
POOL_OF_CONTRACT = np.array([HOTLINE, HOTLINE, AFTER_SALES, TELESECRETARIAT])
# By contract, what people call about (columns in the order of REASONS).
REASON_SHARE = np.array([
    [0.22, 0.16, 0.08, 0.13, 0.06, 0.16, 0.08, 0.06, 0.05, 0.00],
    [0.16, 0.14, 0.08, 0.15, 0.08, 0.17, 0.12, 0.05, 0.05, 0.00],
    [0.04, 0.05, 0.24, 0.05, 0.40, 0.08, 0.01, 0.11, 0.02, 0.00],
    [0.00, 0.00, 0.00, 0.04, 0.00, 0.08, 0.00, 0.02, 0.08, 0.78],
])  # fmt: skip
# By reason: handle time over the mean, chance to be solved at once, chance that the IVR helps.
EFFORT = np.array([0.75, 0.9, 1.05, 1.0, 1.5, 0.95, 0.9, 1.4, 0.85, 0.8])
EASE = np.array([0.90, 0.78, 0.82, 0.81, 0.66, 0.88, 0.84, 0.63, 0.85, 0.94])
IVR_HELPS = np.array([0.13, 0.07, 0.02, 0.04, 0.01, 0.01, 0.06, 0.0, 0.01, 0.0])
CALLBACK_OFFERED_AFTER = 110.0
"""Seconds in the queue until the caller hears the offer."""
INBOUND, OUTBOUND = 0, 1
PHONE = CHANNEL["phone"]


def play_calls(simulation: Simulation, day: int) -> None:
    """Play the calls of a day and write them."""
    calls = gather(simulation, day)
    pass_ivr(simulation, day, calls)
    never_queued = pick(calls, calls["queues"] == 0)
    write_unqueued(simulation, never_queued)
    for pool in (HOTLINE, AFTER_SALES, TELESECRETARIAT):
        in_pool = (calls["queues"] == 1) & (POOL_OF_CONTRACT[calls["contract"]] == pool)
        callers = pick(calls, in_pool)
        order = np.argsort(callers["at"] + callers["ivr"], kind="stable")
        play_queue(simulation, day, pool, pick(callers, order))


def gather(simulation: Simulation, day: int) -> Batch:
    """Bring together who calls on a day of their own accord, and who was noted to."""
    rng, calendar = simulation.rng, simulation.calendar
    count = int(rng.poisson(simulation.calls_per_day * FRESH_SHARE * calendar.calls[day]))
    is_outage = day == calendar.outage
    contract = rng.choice(4, count, p=CONTRACT_SHARE)
    reason = draw_reasons(rng, contract)
    if is_outage:
        strikes = (contract != 3) & (rng.random(count) < 0.75)
        reason = np.where(strikes, REASON["technical_problem"], reason)
    who = rng.random(count)
    strangers = max(100, 40 * simulation.calls_per_day)
    fresh = {
        "at": draw_times(rng, count, calendar.midnight(day), CALLS_BY_HOUR),
        "customer": np.where(who < 0.8, simulation.some_customers(count, day), NONE),
        "stranger": np.where((who >= 0.8) & (who < 0.97), rng.integers(0, strangers, count), NONE),
        "contract": contract,
        "reason": reason,
        "ticket": np.full(count, NONE),
        "tries": np.zeros(count, np.int64),
    }
    calls = join([fresh, simulation.diary.take("call", day, CALL)], ("at", *CALL))
    total = len(calls["at"])
    # How the switch shows this caller, today: withheld, known by the system, and spelled how.
    withholds = (rng.random(total) < 0.012) | ((calls["customer"] < 0) & (calls["stranger"] < 0))
    known = (calls["customer"] != NONE) & ~(withholds & (rng.random(total) < 0.8))
    calls["number"] = np.select(
        [withholds, calls["customer"] != NONE],
        [-1 - rng.integers(0, len(WITHHELD), total),
         simulation.customers.phone[calls["customer"]]],
        strangers_number(calls["stranger"]),
    )  # fmt: skip
    calls["spelling"] = rng.choice(5, total, p=(0.55, 0.12, 0.05, 0.2, 0.08))
    calls["known_id"] = np.where(
        known & (withholds | (rng.random(total) < 0.55)), calls["customer"], NONE
    )
    return calls


def draw_reasons(rng: np.random.Generator, contract: Ints) -> Ints:
    """Draw why each caller of a contract calls."""
    cumulated = np.cumsum(REASON_SHARE, axis=1)[contract]
    drawn: Ints = (rng.random(len(contract))[:, None] > cumulated[:, :-1]).sum(axis=1)
    return drawn


def pass_ivr(simulation: Simulation, day: int, calls: Batch) -> None:
    """Add how long each call stays in the IVR (`ivr`, seconds) and whether it `queues` then.

    Some find what they need in the menu, some hang up in it, and out of hours it is all there is.
    The telesecretariat has none.
    """
    rng, count = simulation.rng, len(calls["at"])
    has_ivr = POOL_OF_CONTRACT[calls["contract"]] != TELESECRETARIAT
    helped = rng.random(count) < IVR_HELPS[calls["reason"]] * (day != simulation.calendar.outage)
    hangs_up = rng.random(count) < 0.018
    seconds = np.clip(rng.lognormal(3.3, 0.5, count), 6, 100).astype(np.int64)
    calls["ivr"] = np.where(has_ivr, seconds, 0)
    opened = is_open(simulation.calendar, calls["at"] + calls["ivr"])
    calls["queues"] = (opened & ~(has_ivr & (helped | hangs_up))).astype(np.int64)
    calls["stays"] = np.where(helped, seconds + 40, np.where(hangs_up, seconds // 2 + 2, seconds))


def write_unqueued(simulation: Simulation, calls: Batch) -> None:
    """Write calls that ended in the IVR; out of hours, some try again on the next open day."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(calls["at"])
    write_inbound(simulation, simulation.new_ids("call", count), calls, started_at=calls["at"],
                  ended_at=calls["at"] + calls["stays"])  # fmt: skip
    tries_again = ~is_open(calendar, calls["at"]) & (rng.random(count) < 0.5)
    simulation.call_later(
        add_open_seconds(calendar, calls["at"], rng.integers(300, 5 * HOUR, count)), tries_again,
        customer=calls["customer"], stranger=calls["stranger"], contract=calls["contract"],
        reason=calls["reason"], ticket=calls["ticket"], tries=calls["tries"],
    )  # fmt: skip


def plan(simulation: Simulation, pool: int, day: int) -> Floats:
    """Agents of a pool to put on the phone by hour.

    Planners know season, weekday and half of what a promotion brings, not the accidents; and they
    can only share out who is there: on days of many absences every hour gets fewer.
    """
    calendar, agents = simulation.calendar, simulation.agents
    expected = calendar.calls[day]
    if calendar.is_promotion[day]:
        expected *= 0.75
    if day == calendar.outage:
        expected /= 3.2
    by_hour = CALLS_BY_HOUR / CALLS_BY_HOUR.sum() * expected * simulation.calls_per_day
    needed = needed_agents(by_hour * POOL_SHARE[pool], float(POOL_HANDLE_SECONDS[pool]))
    present = len(agents.present(pool, day))
    employed = max(1, int((agents.pool == pool).sum()))
    is_saturday = (calendar.first_day + day + 3) % 7 == 5
    usual = employed * (0.29 if is_saturday else 0.86)
    fewest = 1 if pool == TELESECRETARIAT else 2
    hours = np.arange(24) * HOUR
    opened = is_open(calendar, calendar.midnight(day) + hours)
    rounded = np.rint(needed * np.clip(present / usual, 0.6, 1.15))
    planned: Floats = np.where(opened, np.clip(rounded, min(fewest, present), present), 0)
    return planned


def play_queue(simulation: Simulation, day: int, pool: int, calls: Batch) -> None:
    """Let a pool's callers wait and be served, write their calls and note what follows."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(calls["at"])
    is_outage = day == calendar.outage
    handle = POOL_HANDLE_SECONDS[pool] * EFFORT[calls["reason"]] * rng.lognormal(-0.1, 0.45, count)
    handle = np.maximum(handle * (1.35 if is_outage else 1), 40)
    wrap_up = handle * rng.uniform(0.05, 0.28, count)
    patience = rng.exponential(420, count) + np.where(rng.random(count) < 0.06, 1, 8)
    wants_callback = (pool != TELESECRETARIAT) & (rng.random(count) < 0.3)
    asks = wants_callback & (patience > CALLBACK_OFFERED_AFTER)
    patience = np.where(asks, CALLBACK_OFFERED_AFTER, patience)
    ease = EASE[calls["reason"]] * np.where(calls["tries"] > 0, 0.9, 0.97)
    ease = ease * (0.5 if is_outage else 1)
    soon = rng.exponential(1.2 * HOUR, count) + 240
    never = np.full(count, np.inf)
    # Who is to be called back waits for that.
    abandoned_back = np.where(~asks & (rng.random(count) < 0.42), soon / 2, never)
    unsolved_back = np.where(rng.random(count) < 0.24, soon * 2, never)
    callers = Callers(
        arrives_at=calls["at"] + calls["ivr"],
        handle_seconds=handle,
        wrap_up_seconds=wrap_up,
        patience=patience,
        difficulty=rng.random(count) / ease,
        back_if_abandoned=abandoned_back,
        back_if_unsolved=unsolved_back,
    )
    shifts = roster(
        simulation.agents, pool, day, calendar.midnight(day), plan(simulation, pool, day)
    )
    served = serve(callers, shifts, simulation.agents)
    caller = served.caller
    again = pick(calls, caller)
    again["tries"] = again["tries"] + served.attempt
    again["wrap_up"] = wrap_up[caller].astype(np.int64)
    again["asks"] = asks[caller].astype(np.int64)
    settle(simulation, day, again, served)


def settle(simulation: Simulation, day: int, calls: Batch, served: Served) -> None:
    """Write the calls of a queue with their hold, transfers, verdicts and tickets."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(calls["at"])
    call = simulation.new_ids("call", count)
    answered = served.answered_at != NONE
    solved, talked = served.is_solved, served.ended_at - served.answered_at
    hard = 1 - EASE[calls["reason"]]
    transfers = (rng.random(count) < 0.05 + 0.35 * hard).astype(np.int64)
    transfers += (transfers == 1) & (rng.random(count) < 0.15)
    holds = answered & ((rng.random(count) < 0.22) | (transfers > 0))
    hold = np.where(holds, talked * rng.uniform(0.05, 0.35, count), 0).astype(np.int64)
    called_back = (calls["asks"] == 1) & ~answered

    opens = (
        answered & (rng.random(count) < np.where(solved, 0.06, 0.42)) & (calls["ticket"] == NONE)
    )
    rows = np.flatnonzero(opens)
    opened_at = served.answered_at + (talked * rng.uniform(0.4, 0.95, count)).astype(np.int64)
    # A phone ticket's contact is its call: its first written answer comes with the solution.
    ticket, resolved = open_tickets(
        simulation, day,
        {"at": opened_at[rows], "channel": np.full(len(rows), PHONE),
         **{name: calls[name][rows] for name in ("customer", "contract", "reason")}},
        served.agent[rows],
    )  # fmt: skip
    ticket_of_call = calls["ticket"].copy()
    ticket_of_call[rows] = ticket
    ticket_of_call[~answered] = NONE
    closes = answered & solved & (rng.random(count) < 0.75)
    later = np.where(rng.random(count) < 0.8, 0, rng.integers(120, 6 * HOUR, count))
    case_closed = np.where(closes, served.ended_at + later, NONE)
    case_closed[rows] = resolved
    case_closed = np.where(case_closed < calendar.end, case_closed, NONE)

    verdict = np.where(solved | (rng.random(count) < 0.15), 1, 0)
    verdict = np.where(answered & (rng.random(count) < 0.86), verdict, NONE)
    write_inbound(
        simulation, call, calls, started_at=served.queued_at - calls["ivr"],
        queued_at=served.queued_at,
        answered_at=served.answered_at, ended_at=served.ended_at, agent_id=served.agent,
        hold_seconds=np.where(answered, hold, NONE),
        wrap_up_seconds=np.where(answered, calls["wrap_up"], NONE), case_closed_at=case_closed,
        transfers=np.where(answered, transfers, NONE),
        callback_requested_at=np.where(called_back, served.ended_at - 1, NONE),
        ticket_id=ticket_of_call, is_resolved=verdict,
    )  # fmt: skip
    is_reached = call_back(simulation, call, calls, served.ended_at, called_back)
    known = {**calls, "call": call, "transfers": transfers, "opens": opens.astype(np.int64),
             "let_down": (called_back & ~is_reached).astype(np.int64)}  # fmt: skip
    follow_up(simulation, known, served)


def write_inbound(simulation: Simulation, call: Ints, calls: Batch, **columns: Ints) -> None:
    """Write inbound calls: the caller's columns, and those given."""
    count = len(call)
    nothing = np.full(count, NONE)
    optional = ("queued_at", "answered_at", "agent_id", "hold_seconds", "wrap_up_seconds",
                "case_closed_at", "transfers", "callback_requested_at", "ticket_id",
                "is_resolved")  # fmt: skip
    answered = columns.get("answered_at", nothing) != NONE
    unnamed = ~answered | (simulation.rng.random(count) < 0.03)
    simulation.sink.add(
        "calls", call_id=call, direction=np.full(count, INBOUND), customer_id=calls["known_id"],
        caller_number=calls["number"], caller_number_spelling=calls["spelling"],
        client=CONTRACT_CLIENT[calls["contract"]], service=CONTRACT_SERVICE[calls["contract"]],
        queue=calls["contract"], reason=np.where(unnamed, NONE, calls["reason"]),
        started_at=columns["started_at"], ended_at=columns["ended_at"],
        callback_of=nothing, **{name: columns.get(name, nothing) for name in optional},
    )  # fmt: skip


def call_back(
    simulation: Simulation, call: Ints, calls: Batch, asked_at: Ints, asks: Bools
) -> Bools:
    """Call back who asked, twice where nobody picks up, and some never; tell who was reached."""
    rng, calendar = simulation.rng, simulation.calendar
    waiting = np.flatnonzero(asks & (calls["number"] >= 0) & (rng.random(len(call)) < 0.95))
    is_reached = np.zeros(len(call), np.bool_)
    after = asked_at
    for chance in (0.72, 0.6):
        count = len(waiting)
        delay = 120 + rng.lognormal(7.6, 0.7, count)
        started = add_open_seconds(calendar, after[waiting], delay)
        in_time = started + 2 * HOUR < calendar.end
        waiting, started = waiting[in_time], started[in_time]
        count = len(waiting)
        agent = agents_on(simulation, calls["contract"][waiting], started)
        picks_up = (rng.random(count) < chance) & (agent != NONE)
        answered = started + rng.integers(6, 26, count)
        talk = np.clip(rng.lognormal(5.4, 0.5, count), 20, 3000).astype(np.int64)
        rows = pick(calls, waiting)
        nothing = np.full(count, NONE)
        verdict = np.where(
            rng.random(count) < 0.9, (rng.random(count) < 0.85).astype(np.int64), NONE
        )
        simulation.sink.add(
            "calls", call_id=simulation.new_ids("call", count),
            direction=np.full(count, OUTBOUND), customer_id=rows["known_id"],
            caller_number=rows["number"], caller_number_spelling=np.zeros(count, np.int64),
            client=CONTRACT_CLIENT[rows["contract"]], service=CONTRACT_SERVICE[rows["contract"]],
            queue=rows["contract"], reason=np.where(picks_up, rows["reason"], NONE),
            started_at=started, ended_at=np.where(picks_up, answered + talk, answered + 15),
            callback_of=call[waiting], queued_at=nothing,
            answered_at=np.where(picks_up, answered, NONE), agent_id=agent,
            hold_seconds=np.where(picks_up, 0, NONE),
            wrap_up_seconds=np.where(picks_up, rng.integers(10, 90, count), NONE),
            case_closed_at=nothing, transfers=np.where(picks_up, 0, NONE),
            callback_requested_at=nothing, ticket_id=rows["ticket"],
            is_resolved=np.where(picks_up, verdict, NONE),
        )  # fmt: skip
        is_reached[waiting[picks_up]] = True
        after = after.copy()
        after[waiting] = started + 900
        waiting = waiting[~picks_up]
    return is_reached


def agents_on(simulation: Simulation, contract: Ints, at: Ints) -> Ints:
    """Choose an agent of the contract's pool who is there at each time; `NONE` if nobody is."""
    chosen = np.full(len(at), NONE)
    day = at // DAY - simulation.calendar.first_day
    pool = POOL_OF_CONTRACT[contract]
    for one_day, one_pool in np.unique(np.stack([day, pool]), axis=1).T.tolist():
        rows = np.flatnonzero((day == one_day) & (pool == one_pool))
        present = simulation.agents.present(one_pool, one_day)
        if len(present):
            chosen[rows] = present[simulation.rng.integers(0, len(present), len(rows))]
    return chosen


def follow_up(simulation: Simulation, calls: Batch, served: Served) -> None:
    """Let callers act on what they lived through: call again, write, feel, be asked."""
    rng, calendar, count = simulation.rng, simulation.calendar, len(calls["at"])
    call, transfers, opens = calls["call"], calls["transfers"], calls["opens"] == 1
    customer, ended = calls["customer"], served.ended_at
    answered = served.answered_at != NONE
    unsolved = answered & ~served.is_solved
    gone = ~answered & ((calls["let_down"] == 1) | (rng.random(count) < 0.7))
    is_settled_today = served.comes_back
    returns = rng.random(count) < np.select(
        [unsolved & opens, unsolved, gone], [0.40, 0.74, 0.28], 0
    )
    returns &= ~is_settled_today & (calls["tries"] < 5)
    days_later = DAY * rng.geometric(0.45, count) + rng.integers(-4 * HOUR, 4 * HOUR, count)
    simulation.call_later(
        add_open_seconds(calendar, ended + days_later, rng.integers(60, 5 * HOUR, count)), returns,
        customer=customer, stranger=calls["stranger"], contract=calls["contract"],
        reason=calls["reason"], ticket=calls["ticket"], tries=calls["tries"] + 1,
    )  # fmt: skip
    writes = (unsolved | gone) & ~returns & ~is_settled_today & (customer != NONE)
    writes &= rng.random(count) < 0.35
    simulation.diary.note(
        "ticket", (ended + rng.integers(HOUR, 2 * DAY, count))[writes], customer=customer[writes],
        contract=calls["contract"][writes], reason=calls["reason"][writes],
        channel=rng.choice([0, 1, 7, 8, 10], count, p=(0.5, 0.2, 0.1, 0.12, 0.08))[writes],
    )  # fmt: skip

    wait = np.where(answered, served.answered_at, ended) - served.queued_at
    feeling = (
        0.65 - 0.5 * np.minimum(wait / 180, 2) - 1.5 * unsolved - 1.2 * ~answered
        - 0.35 * transfers - 0.35 * np.minimum(calls["tries"], 3)
    )  # fmt: skip
    simulation.note_mood(ended, customer, 0.5 * feeling)
    asked_at = ended + rng.integers(120, 20 * HOUR, count)
    about = {"customer": np.where(calls["known_id"] == NONE, NONE, customer),
             "contract": calls["contract"], "channel": np.full(count, PHONE),
             "call": call}  # fmt: skip
    is_asked = answered & (rng.random(count) < 0.38)
    simulation.ask(asked_at, kind=rng.choice(4, count, p=(0.14, 0.46, 0.2, 0.2)), where=is_asked,
                   satisfaction=feeling, agent=served.agent, **about)  # fmt: skip
    # The robot that asks for recommendations does not look who hung up unserved.
    is_mistimed = ~answered & (calls["known_id"] != NONE) & (rng.random(count) < 0.15)
    simulation.ask(asked_at, kind=np.zeros(count, np.int64), where=is_mistimed,
                   satisfaction=feeling, **about)  # fmt: skip
