"""What the parts of the simulation share while its days are played."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from service_kpis.generating.diary import Batch, Diary
from service_kpis.generating.seasons import Bools, Calendar, Floats, Ints
from service_kpis.generating.world import NONE, Agents, Customers, Products
from service_kpis.generating.write import Sink

# What the diary holds, with the columns of each kind beside `at`.
CALL = ("customer", "stranger", "contract", "reason", "ticket", "tries")
TICKET = ("customer", "contract", "reason", "channel")
MOOD = ("customer", "shock")
OPINION = ("customer", "order", "product", "marketplace", "satisfaction")
QUESTION = ("customer", "kind", "contract", "channel", "agent", "call", "ticket", "order",
            "satisfaction")  # fmt: skip
TERM = ("customer", "subscription", "term", "plan", "starts_on", "ends_on", "amount")


@dataclass
class Simulation:
    """The world, what is noted for later, how customers feel, and the numbers given so far."""

    calendar: Calendar
    agents: Agents
    customers: Customers
    products: Products
    diary: Diary
    sink: Sink
    calls_per_day: int
    rng: np.random.Generator
    mood: Floats
    """Of each customer: 0 is neutral, experiences add to it and fade."""
    waiting_tickets: float = 0.0
    """Requests that the digital team is behind with."""
    ticket_pressure: float = 0.0
    """Those, over what the team does in a day."""
    unshipped_orders: float = 0.0
    given: Counter[str] = field(default_factory=Counter)

    def new_ids(self, kind: str, count: int) -> Ints:
        """Give the next `count` numbers of a kind of thing, from 1."""
        first = self.given[kind] + 1
        self.given[kind] += count
        return np.arange(first, first + count)

    def some_customers(self, count: int, day: int, *, skew: float = 1.0) -> Ints:
        """Choose customers of that day; a larger `skew` prefers those of long standing."""
        known = self.customers.count_on(self.calendar.first_day + day)
        chosen: Ints = (known * self.rng.random(count) ** skew).astype(np.int64)
        return chosen

    def mood_of(self, customer: Ints) -> Floats:
        """How these customers feel; nobody in particular feels nothing in particular."""
        return np.where(customer == NONE, 0.0, self.mood[customer])

    def note_mood(self, at: Ints, customer: Ints, shock: Floats) -> None:
        """Note what an experience will do to customers' mood when it happens.

        Bad is stronger than good (Baumeister et al. 2001).
        """
        shock = shock * np.where(shock < 0, 1.5, 0.8)
        known = (customer != NONE) & (shock != 0)
        hundredths = np.rint(shock * 100).astype(np.int64)
        self.diary.note("mood", at[known], customer=customer[known], shock=hundredths[known])

    def feel(self, day: int) -> None:
        """Let the day's experiences work, and old ones fade by half in six weeks."""
        self.mood *= 0.5 ** (1 / 42)
        felt = self.diary.take("mood", day, MOOD)
        np.add.at(self.mood, felt["customer"], felt["shock"] / 100)
        np.clip(self.mood, -3, 2, out=self.mood)

    def ask(
        self, at: Ints, *, kind: Ints, satisfaction: Floats, where: Bools, **about: Ints
    ) -> None:
        """Note an invitation to a survey for the rows of `where`.

        `kind` is 0 nps, 1 csat, 2 ces, 3 ces_v2; `satisfaction` is around 0, a bad experience -2.
        """
        nothing = np.full(len(at), NONE)
        rows: Batch = {name: about.get(name, nothing)[where] for name in QUESTION}
        rows |= {"kind": kind[where]}
        rows |= {"satisfaction": np.rint(satisfaction[where] * 100).astype(np.int64)}
        self.diary.note("question", at[where], **rows)

    def call_later(self, at: Ints, where: Bools, **columns: Ints) -> None:
        """Note that the people of `where` will call; absent columns are null, tries 0."""
        nothing = np.full(len(at), NONE)
        rows = {name: columns.get(name, nothing)[where] for name in CALL}
        rows["tries"] = columns.get("tries", np.zeros_like(at))[where]
        self.diary.note("call", at[where], **rows)
