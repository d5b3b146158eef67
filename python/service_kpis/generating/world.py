"""Who and what there is before anything happens: agents, customers, their numbers, products."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from service_kpis.generating.seasons import Bools, Calendar, Floats, Ints

NONE = -1
"""Null, in every column of the simulation (times, codes, counts and amounts are never negative)."""

CLIENTS = ("acme", "globex")
SERVICES = ("hotline", "after_sales", "telesecretariat")
# A contract is what one client bought of one service; it has a queue and a pool of agents.
CONTRACTS = (("acme", "hotline"), ("globex", "hotline"), ("acme", "after_sales"),
             ("globex", "telesecretariat"))  # fmt: skip
CONTRACT_CLIENT = np.array([CLIENTS.index(client) for client, _ in CONTRACTS])
CONTRACT_SERVICE = np.array([SERVICES.index(service) for _, service in CONTRACTS])
QUEUES = ("acme_hotline", "globex_hotline", "acme_after_sales", "globex_appointments")
CONTRACT_SHARE = np.array([0.40, 0.24, 0.22, 0.14])
HOTLINE, AFTER_SALES, TELESECRETARIAT, DIGITAL = range(4)
POOL_SHARE = np.array([0.64, 0.22, 0.14])
POOL_HANDLE_SECONDS = np.array([345.0, 460.0, 190.0])
"""Handle time that planners count on."""

TEAMS = ("hotline_acme", "hotline_globex", "after_sales", "telesecretariat", "digital")
REASONS = ("order_status", "delivery", "return", "invoice", "technical_problem",
           "product_question", "account_access", "complaint", "cancellation",
           "appointment")  # fmt: skip
REASON = {name: code for code, name in enumerate(REASONS)}

SEGMENTS = ("consumer", "premium", "business")
COUNTRIES = ("FR", "BE", "CH", "DE", "LU", "GB")
COUNTRY_SHARE = np.array([0.72, 0.11, 0.07, 0.05, 0.02, 0.03])
# Numbers nobody has: first the blocks that regulators reserve for fiction (10,000 numbers each in
# France, 1,000 in Britain), then, and where none is reserved, a block that no operator holds.
FICTION_BLOCKS = {
    "FR": (33_639_980_000, 33_199_000_000, 33_261_910_000, 33_353_010_000, 33_465_710_000),
    "GB": (447_700_900_000,),
}
FICTION_BLOCK_SIZE = {"FR": 10_000, "GB": 1_000}
VACANT_BLOCK = {"FR": 33_710_000_000, "BE": 32_410_000_000, "CH": 41_700_000_000,
                "DE": 491_400_000_000, "LU": 352_610_000_000, "GB": 445_100_000_000}  # fmt: skip
STRANGERS_FICTION_BLOCK, STRANGERS_VACANT_BLOCK = 33_536_490_000, 33_720_000_000

CATEGORIES = ("kitchen", "audio", "lighting", "garden", "office", "care", "coffee", "pets")
CONSUMABLE_CATEGORIES = (5, 6, 7)
FAMILIES_A_CATEGORY = 4
VERSIONS = 3


@dataclass(frozen=True)
class Agents:
    """One entry an agent; `is_there` is agents x days: employed, rostered and not absent."""

    pool: Ints
    team: Ints
    client: Ints
    started_on: Ints
    left_on: Ints
    pace: Floats
    """Handle time over a usual agent's."""
    skill: Floats
    """Chance to solve over a usual agent's."""
    is_there: Bools
    absences: dict[str, Ints]

    def present(self, pool: int, day: int) -> Ints:
        """The agents of a pool on a day, in an order that rotates so that all share the work."""
        found = np.flatnonzero((self.pool == pool) & self.is_there[:, day])
        return np.roll(found, -day)


@dataclass(frozen=True)
class Customers:
    """One entry a customer, in order of acquisition."""

    segment: Ints
    country: Ints
    acquired_on: Ints
    phone: Ints
    """E.164 digits."""
    is_phone_on_file: Bools

    def count_on(self, day_since_1970: int) -> int:
        """How many customers there are at the end of that day; never less than one."""
        return max(1, int(np.searchsorted(self.acquired_on, day_since_1970, side="right")))


@dataclass(frozen=True)
class Products:
    """One entry a product; families stand together, their versions in order of launch."""

    category: Ints
    family: Ints
    version: Ints
    list_price: Ints
    """Cents of the reporting currency."""
    defect_rate: Floats
    launched_on: Ints


def needed_agents(calls_an_hour: Floats | float, handle_seconds: float) -> Floats:
    """Agents on the phone for a load: the load and a reserve of its square root (Halfin-Whitt)."""
    load = np.asarray(calls_an_hour) * handle_seconds / 3600
    found: Floats = load + 0.85 * np.sqrt(load)
    return found


def make_agents(rng: np.random.Generator, calendar: Calendar, calls_per_day: int) -> Agents:
    """Hire agents for the volume: 25 at 200 calls a day, more where calls ask for them."""
    smallest = (9, 6, 3, 7)
    peak_hour = calls_per_day * POOL_SHARE * 1.4 * 0.13
    sizes = [
        max(smallest[pool], math.ceil(float(needed_agents(peak_hour[pool], handle)) * 2.4))
        for pool, handle in enumerate(POOL_HANDLE_SECONDS)
    ]
    sizes.append(max(smallest[DIGITAL], math.ceil(calls_per_day * 0.025)))
    pool = np.repeat(np.arange(4), sizes)
    count = len(pool)
    team = np.where(pool == HOTLINE, np.arange(count) % 2, pool + 1)
    client = np.array([0, 1, 0, 1, NONE])[team]

    # The first two of each pool stay all the time, so that no service is ever without anybody.
    is_stable = np.concatenate([np.arange(size) < 2 for size in sizes])
    draw = rng.random(count)
    within = calendar.first_day + rng.integers(0, calendar.days, count)
    before = calendar.first_day - rng.integers(60, 6 * 365, count)
    is_new, is_leaver = (draw < 0.14) & ~is_stable, (draw > 0.90) & ~is_stable
    started_on = np.where(is_new, within, before)
    left_on = np.where(is_leaver, within, NONE)

    days = calendar.first_day + np.arange(calendar.days)
    employed = (days >= started_on[:, None]) & (
        (left_on[:, None] == NONE) | (days < left_on[:, None])
    )
    weekday = (days + 3) % 7
    week = (days + 3) // 7
    saturdays_off = (weekday == 5) & ((np.arange(count)[:, None] + week) % 3 != 0)
    is_first = np.concatenate([np.arange(size) < 1 for size in sizes])
    absences = draw_absences(rng, calendar, ~is_first)
    for agent, starts, ends in zip(
        absences["agent"], absences["starts_on"], absences["ends_on"], strict=True
    ):
        employed[agent, (days >= starts) & (days <= ends)] = False
    # A Saturday on which nearly nobody of a pool would be there calls in the others.
    for one_pool in range(len(sizes)):
        rows = np.flatnonzero(pool == one_pool)
        thin = (weekday == 5) & ((employed[rows] & ~saturdays_off[rows]).sum(axis=0) < 2)
        saturdays_off[np.ix_(rows, np.flatnonzero(thin))] = False
    return Agents(
        pool=pool,
        team=team,
        client=client,
        started_on=started_on,
        left_on=left_on,
        pace=np.clip(rng.normal(1, 0.12, count) + 0.15 * is_new, 0.7, 1.5),
        skill=np.clip(rng.normal(1, 0.05, count) - 0.06 * is_new, 0.8, 1.1),
        is_there=employed & ~saturdays_off & (weekday != 6),
        absences=absences,
    )


def draw_absences(
    rng: np.random.Generator, calendar: Calendar, leaves_in_summer: Bools
) -> dict[str, Ints]:
    """Draw vacations (summer and one more), sick leave (rather in winter) and training.

    `leaves_in_summer` is false for who keeps the house in the summer.
    Returns agent, starts_on and ends_on (days since 1970, inclusive) and kind (0 vacation,
    1 sick, 2 training), without overlaps.
    """
    count = len(leaves_in_summer)
    drawn = []
    for first in range(calendar.first_day, calendar.first_day + calendar.days, 365):
        august = first + (213 - (first - 20_454)) % 365  # 20,454 is 2026-01-01
        for low, high, shortest, longest, kind, chance in (
            (august - 28, august + 20, 10, 18, 0, 0.95),
            (first, first + 350, 4, 9, 0, 0.9),
            (first, first + 350, 1, 5, 1, 0.7),
            (first + 60, first + 150, 2, 6, 1, 0.6),
            (first, first + 350, 1, 3, 2, 0.5),
        ):
            takes = rng.random(count) < chance
            agent = np.flatnonzero(takes & (leaves_in_summer | (low != august - 28)))
            starts = rng.integers(low, high, len(agent))
            length = rng.integers(shortest, longest, len(agent))
            drawn.append(np.stack([agent, starts, starts + length - 1, np.full(len(agent), kind)]))
    agent, starts, ends, kind = np.concatenate(drawn, axis=1)
    is_within = starts < calendar.first_day + calendar.days
    order = np.lexsort((ends, starts, agent))
    order = order[is_within[order]]
    agent, starts, ends, kind = agent[order], starts[order], ends[order], kind[order]
    # Of two absences that overlap, the later one is not taken.
    reach = np.maximum.accumulate(agent * 1_000_000 + ends)
    is_free = np.concatenate([[True], agent[1:] * 1_000_000 + starts[1:] > reach[:-1]])[
        : len(agent)
    ]
    return {
        "agent": agent[is_free],
        "starts_on": starts[is_free],
        "ends_on": ends[is_free],
        "kind": kind[is_free],
    }


def make_customers(rng: np.random.Generator, calendar: Calendar, calls_per_day: int) -> Customers:
    """Win customers over the years before and during the sample, sixty for a daily call."""
    count = max(50, 60 * calls_per_day)
    share_new = min(0.5, 0.25 * calendar.days / 365)
    is_new = rng.random(count) < share_new
    is_new[0] = False
    within = calendar.first_day + rng.integers(0, calendar.days, count)
    before = calendar.first_day - rng.integers(1, 5 * 365, count)
    country = rng.choice(len(COUNTRIES), count, p=COUNTRY_SHARE)
    return Customers(
        segment=rng.choice(len(SEGMENTS), count, p=(0.70, 0.18, 0.12)),
        country=country,
        acquired_on=np.sort(np.where(is_new, within, before)),
        phone=give_numbers(country),
        is_phone_on_file=rng.random(count) < 0.92,
    )


def give_numbers(country: Ints) -> Ints:
    """Give each customer a telephone number of their country: E.164 digits, each once."""
    numbers = np.empty(len(country), np.int64)
    for code, name in enumerate(COUNTRIES):
        rows = np.flatnonzero(country == code)
        nth = np.arange(len(rows))
        blocks, size = FICTION_BLOCKS.get(name, ()), FICTION_BLOCK_SIZE.get(name, 0)
        numbers[rows] = VACANT_BLOCK[name] + nth
        if blocks:
            reserved = nth < size * len(blocks)
            numbers[rows[reserved]] = (
                np.array(blocks)[nth % len(blocks)][reserved] + (nth // len(blocks))[reserved]
            )
    return numbers


def strangers_number(nth: Ints) -> Ints:
    """The number of the nth caller who is no customer."""
    return np.where(nth < 10_000, STRANGERS_FICTION_BLOCK + nth, STRANGERS_VACANT_BLOCK + nth)


def make_products(rng: np.random.Generator, calendar: Calendar) -> Products:
    """Four families a category, each of three versions that grow dearer; the last is new."""
    families = len(CATEGORIES) * FAMILIES_A_CATEGORY
    family = np.repeat(np.arange(families), VERSIONS)
    version = np.tile(np.arange(VERSIONS), families)
    base = np.round(np.exp(rng.normal(3.4, 0.7, families))) * 100 + 90
    defect_rate = np.repeat(rng.uniform(0.003, 0.012, families), VERSIONS)
    defect_rate[VERSIONS * 5 + 2] = 0.09  # one new product is a bad one
    launch = rng.integers(30, 330, families)
    return Products(
        category=family // FAMILIES_A_CATEGORY,
        family=family,
        version=version,
        list_price=(np.round(base[family] / 100 * (1 + 0.22 * version)) * 100 - 10).astype(
            np.int64
        ),
        defect_rate=defect_rate,
        launched_on=np.where(version == VERSIONS - 1, launch[family] + calendar.first_day, 0),
    )
