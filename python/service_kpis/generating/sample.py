"""Generate a source folder of sample data: a year of a customer service, played day by day."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np

from service_kpis import contract
from service_kpis.errors import InputError, MachineError
from service_kpis.generating.calls import play_calls
from service_kpis.generating.diary import Diary
from service_kpis.generating.orders import play_orders
from service_kpis.generating.seasons import Calendar, make_calendar
from service_kpis.generating.simulation import Simulation
from service_kpis.generating.subscriptions import begin_subscriptions, play_subscriptions
from service_kpis.generating.tickets import play_tickets
from service_kpis.generating.voices import ask_around, play_reviews, play_surveys
from service_kpis.generating.world import (
    CONSUMABLE_CATEGORIES,
    Agents,
    Customers,
    Products,
    make_agents,
    make_customers,
    make_products,
)
from service_kpis.generating.write import EMAIL, SPELLINGS, FileFormat, Sink

MARK = "# Sample data made by service-kpis generate:"
MOST_DAYS = 10_000
"""Before that, calendar arithmetic would leave the years that have these holidays."""


def generate(
    out: Path,
    *,
    days: int = 365,
    calls_per_day: int = 200,
    seed: int = 1,
    file_format: FileFormat = "csv",
) -> Path:
    """Write a source folder `out` of sample data, one file a table of the contract; return it.

    The data cover the `days` days that end on `seasons.LAST_DAY`, with about `calls_per_day`
    inbound calls on a mean day and the rest in proportion. Same arguments, same bytes. An earlier
    sample in `out` is replaced at once when the new one is whole; memory does not grow with the
    number of calls. Raises InputError for arguments out of range, or an `out` that holds anything
    but an earlier sample; MachineError when it cannot be written.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"The number of days must lie between 1 and {MOST_DAYS}.")
    if calls_per_day < 0:
        raise InputError("The number of calls a day must not be negative; 0 gives empty tables.")
    if seed < 0:
        raise InputError("The seed must be a whole number that is not negative.")
    if file_format not in ("csv", "parquet"):
        raise InputError("The format must be csv or parquet.")
    refuse_foreign_content(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.") from error
    try:
        play(making, days, calls_per_day, seed, file_format)
        (making / "source.yml").write_text(
            source_yml(days, calls_per_day, seed, file_format), encoding="utf-8"
        )
        making.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        making.rename(out)
    except OSError as error:
        raise MachineError(f"The sample in {out} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return out


def refuse_foreign_content(out: Path) -> None:
    """Raise InputError where `out` is no folder, or holds anything but an earlier sample."""
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"{out} is a file; name a folder for the sample data.")
    found = {path.name for path in out.iterdir()}
    files = {f"{table}.{ending}" for table in contract.tables() for ending in ("csv", "parquet")}
    mapping = out / "source.yml"
    is_sample = mapping.is_file() and mapping.read_bytes().startswith(MARK.encode())
    if found and not (is_sample and found <= files | {"source.yml"}):
        raise InputError(
            f"{out} holds other files, which are not overwritten. Name a new or empty folder."
        )


def source_yml(days: int, calls_per_day: int, seed: int, file_format: FileFormat) -> str:
    """The mapping: names are the contract's already, so files are all there is to say."""
    lines = [
        f"{MARK} {days} days, {calls_per_day} calls a day, seed {seed}.",
        "name: sample",
        "timezone: Europe/Paris",
        "default_country: FR",
        "tables:",
        *(f"  {table}: {{files: {table}.{file_format}}}" for table in contract.tables()),
    ]
    return "\n".join(lines) + "\n"


def play(folder: Path, days: int, calls_per_day: int, seed: int, file_format: FileFormat) -> None:
    """Make the world, play its days one after the other, and write all tables into `folder`."""
    rng = np.random.default_rng(seed)
    calendar = make_calendar(days)
    agents = make_agents(rng, calendar, calls_per_day)
    customers = make_customers(rng, calendar, calls_per_day)
    products = make_products(rng, calendar)
    sink = Sink(folder, file_format)
    simulation = Simulation(
        calendar=calendar,
        agents=agents,
        customers=customers,
        products=products,
        diary=Diary(calendar),
        sink=sink,
        calls_per_day=calls_per_day,
        rng=rng,
        mood=np.zeros(len(customers.acquired_on)),
    )
    write_agents(sink, agents)
    write_customers(sink, rng, customers)
    write_products(sink, products, calendar)
    if calls_per_day:
        begin_subscriptions(simulation)
    for day in range(days):
        play_calls(simulation, day)
        play_tickets(simulation, day)
        play_orders(simulation, day)
        simulation.feel(day)
        play_subscriptions(simulation, day)
        play_reviews(simulation, day)
        ask_around(simulation, day)
        play_surveys(simulation, day)
    sink.close()


def write_agents(sink: Sink, agents: Agents) -> None:
    """Write agents and their absences."""
    sink.add(
        "agents",
        agent_id=np.arange(len(agents.team)),
        team=agents.team,
        client=agents.client,
        started_on=agents.started_on,
        left_on=agents.left_on,
    )
    sink.add(
        "agent_absences",
        agent_id=agents.absences["agent"],
        starts_on=agents.absences["starts_on"],
        ends_on=agents.absences["ends_on"],
        kind=agents.absences["kind"],
    )


def write_customers(sink: Sink, rng: np.random.Generator, customers: Customers) -> None:
    """Write customers and, of most, the telephone number and e-mail address on file."""
    customer = np.arange(len(customers.country))
    sink.add(
        "customers",
        customer_id=customer,
        segment=customers.segment,
        country=customers.country,
        acquired_on=customers.acquired_on,
    )
    by_phone = np.flatnonzero(customers.is_phone_on_file)
    by_email = np.flatnonzero(rng.random(len(customer)) < 0.85)
    for kind, rows, value, spelling in (
        (0, by_phone, customers.phone[by_phone], rng.integers(0, SPELLINGS, len(by_phone))),
        (1, by_email, by_email, np.full(len(by_email), EMAIL)),
    ):
        sink.add(
            "customer_identifiers",
            kind=np.full(len(rows), kind),
            value=value,
            value_spelling=spelling,
            customer_id=rows,
        )


def write_products(sink: Sink, products: Products, calendar: Calendar) -> None:
    """Write the products that are launched by the end of the sample."""
    launched = np.flatnonzero(products.launched_on < calendar.first_day + calendar.days)
    consumable = np.isin(products.category[launched], CONSUMABLE_CATEGORIES)
    sink.add(
        "products",
        product_id=launched + 1,
        name=launched,
        category=products.category[launched],
        family=products.family[launched],
        version=products.version[launched],
        list_price=products.list_price[launched],
        lifetime=np.where(consumable, 0, 1),
    )
