"""What customers say: reviews, posts and referrals in public, and answers to surveys."""

from __future__ import annotations

import numpy as np

from service_kpis.generating.seasons import DAY, HOUR, WRITING_BY_HOUR, draw_times
from service_kpis.generating.simulation import OPINION, QUESTION, Simulation
from service_kpis.generating.world import CONTRACT_CLIENT, NONE
from service_kpis.generating.write import cut

REVIEW, SOCIAL_POST, REFERRAL = range(3)
OWN_SHOP, REVIEW_PORTAL, MAP_SEARCH, MARKETPLACE, FACEBOOK, TWITTER = range(6)
TEN_STARS = 10
NPS, CSAT, CES, CES_V2 = range(4)


def play_reviews(simulation: Simulation, day: int) -> None:
    """Write the reviews of a day, from what was ordered, and what people say unasked."""
    rng = simulation.rng
    said = simulation.diary.take("opinion", day, OPINION)
    count = len(said["at"])
    feeling = said["satisfaction"] / 100 + 0.35 * simulation.mood_of(said["customer"])
    platform = np.where(
        said["marketplace"] != NONE, MARKETPLACE,
        rng.choice([OWN_SHOP, REVIEW_PORTAL, MAP_SEARCH], count, p=(0.5, 0.35, 0.15)),
    )  # fmt: skip
    scale = np.where(platform == MARKETPLACE, TEN_STARS, 5)
    stars = np.clip(np.rint(4.15 + 0.95 * feeling + rng.normal(0, 0.7, count)), 1, 5)
    rating = np.where(
        scale == TEN_STARS, np.clip(stars * 2 - rng.integers(0, 2, count), 1, 10), stars
    )
    is_named = rng.random(count) < 0.8
    has_stars = rng.random(count) < 0.97
    removed = np.where(
        rng.random(count) < 0.01, said["at"] + rng.integers(DAY, 20 * DAY, count), NONE
    )
    simulation.sink.add(
        "reviews", review_id=simulation.new_ids("review", count), kind=np.full(count, REVIEW),
        customer_id=np.where(is_named, said["customer"], NONE),
        order_id=np.where(is_named & (rng.random(count) < 0.2), NONE, said["order"]),
        product_id=said["product"] + 1, platform=platform,
        rating=np.where(has_stars, rating.astype(np.int64) * 100, NONE), rating_scale=scale,
        posted_at=said["at"], removed_at=cut(removed, simulation.calendar.end),
    )  # fmt: skip
    speak_up(simulation, day)
    if day == simulation.calendar.burst:
        burst(simulation, day)


def speak_up(simulation: Simulation, day: int) -> None:
    """Write posts of those who feel strongly, and referrals of those who feel well."""
    rng, calendar = simulation.rng, simulation.calendar
    listens = int(rng.poisson(simulation.calls_per_day * 0.12))
    customer = simulation.some_customers(listens, day)
    mood = simulation.mood_of(customer)
    posts = np.abs(mood) > 0.15 + rng.exponential(0.5, listens)
    refers = ~posts & (mood > rng.exponential(0.4, listens))
    rows = np.flatnonzero(posts | refers)
    count = len(rows)
    is_rated = posts[rows] & (rng.random(count) < 0.4)
    stars = np.clip(np.rint(3.5 + 1.6 * mood[rows] + rng.normal(0, 0.5, count)), 1, 5).astype(
        np.int64
    )
    nothing = np.full(count, NONE)
    simulation.sink.add(
        "reviews", review_id=simulation.new_ids("review", count),
        kind=np.where(posts[rows], SOCIAL_POST, REFERRAL), customer_id=customer[rows],
        order_id=nothing, product_id=nothing,
        platform=np.where(posts[rows], rng.choice([FACEBOOK, TWITTER], count), OWN_SHOP),
        rating=np.where(is_rated, stars * 100, NONE), rating_scale=np.where(is_rated, 5, NONE),
        posted_at=draw_times(rng, count, calendar.midnight(day), WRITING_BY_HOUR),
        removed_at=nothing,
    )  # fmt: skip


def burst(simulation: Simulation, day: int) -> None:
    """Write the day of bought praise: nobody's orders, five stars, most taken down in a week."""
    rng, calendar = simulation.rng, simulation.calendar
    count = max(25, simulation.calls_per_day // 5) if simulation.calls_per_day else 0
    nothing = np.full(count, NONE)
    posted = draw_times(rng, count, calendar.midnight(day), WRITING_BY_HOUR)
    removed = np.where(
        rng.random(count) < 0.8, posted + rng.integers(2 * DAY, 8 * DAY, count), NONE
    )
    simulation.sink.add(
        "reviews", review_id=simulation.new_ids("review", count), kind=np.full(count, REVIEW),
        customer_id=nothing, order_id=nothing, product_id=nothing,
        platform=np.full(count, REVIEW_PORTAL), rating=np.full(count, 500),
        rating_scale=np.full(count, 5), posted_at=posted, removed_at=cut(removed, calendar.end),
    )  # fmt: skip


def ask_around(simulation: Simulation, day: int) -> None:
    """Ask some customers whether they would recommend the house, whatever happened to them."""
    rng, calendar = simulation.rng, simulation.calendar
    count = int(rng.poisson(simulation.calls_per_day * 0.1))
    at = calendar.midnight(day) + rng.integers(9 * HOUR, 20 * HOUR, count)
    simulation.ask(np.sort(at), kind=np.full(count, NPS), satisfaction=np.zeros(count),
                   where=np.ones(count, np.bool_),
                   customer=simulation.some_customers(count, day))  # fmt: skip


def play_surveys(simulation: Simulation, day: int) -> None:
    """Send the day's invitations; who feels strongly answers, and says what was lived through."""
    rng, end = simulation.rng, simulation.calendar.end
    asked = simulation.diary.take("question", day, QUESTION)
    count, kind = len(asked["at"]), asked["kind"]
    feeling = asked["satisfaction"] / 100 + 0.4 * simulation.mood_of(asked["customer"])
    answers = rng.random(count) < 0.22 + 0.07 * np.minimum(np.abs(feeling - 0.2), 2)
    responded = asked["at"] + 60 + (rng.lognormal(9.2, 1.3, count)).astype(np.int64)
    responded = cut(np.where(answers, responded, NONE), end)

    noise = rng.normal(0, 1, count)
    names_scale = rng.random(count) < 0.5
    scale = np.where((kind == CSAT) & (rng.random(count) < 0.12), 10, 5)
    csat = 4.05 + 0.85 * feeling + 0.75 * noise
    score = np.select(
        [kind == NPS, kind == CSAT, kind == CES],
        [np.clip(7.85 + 1.35 * feeling + 1.7 * noise, 0, 10),
         np.where(scale == 10, np.clip(csat * 2, 1, 10), np.clip(csat, 1, 5)),
         np.clip(2.3 - 0.85 * feeling + 0.8 * noise, 1, 5)],
        np.clip(5.3 + 1.1 * feeling + 1.0 * noise, 1, 7),
    )  # fmt: skip
    is_given = (responded != NONE) & (rng.random(count) < 0.97)
    has_contract = asked["contract"] != NONE
    simulation.sink.add(
        "surveys", survey_id=simulation.new_ids("survey", count), kind=kind,
        customer_id=asked["customer"],
        client=np.where(has_contract, CONTRACT_CLIENT[asked["contract"]], NONE),
        channel=asked["channel"], agent_id=asked["agent"], call_id=asked["call"],
        ticket_id=asked["ticket"], order_id=asked["order"],
        sent_at=np.where((responded != NONE) & (rng.random(count) < 0.02), NONE, asked["at"]),
        responded_at=responded,
        score=np.where(is_given, np.rint(score).astype(np.int64) * 100, NONE),
        scale_max=np.where((kind == CSAT) & ((scale == 10) | names_scale), scale, NONE),
    )  # fmt: skip
