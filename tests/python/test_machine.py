"""What DuckDB may take of the machine."""

from __future__ import annotations

import resource

import duckdb
import pytest

from service_kpis import machine
from service_kpis.errors import InputError, MachineError
from service_kpis.warehouse import Warehouse

GIBIBYTE = 2**30


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch):
    for name in (machine.MEMORY, machine.THREADS):
        monkeypatch.delenv(name, raising=False)


def of_a_machine(monkeypatch, memory: int, threads: int) -> None:
    monkeypatch.setattr(machine, "_of_the_machine", lambda: (memory, threads))


@pytest.mark.parametrize(
    ("would_take", "takes"),
    [
        (20 * GIBIBYTE, 5 * GIBIBYTE),  # a quarter of DuckDB's 80 %: a fifth of the machine's
        (2_000_000_000, 1_000_000_000),  # a quarter would be too little to work in
        (600_000_000, 600_000_000),  # and there is no more than all
    ],
)
def test_duckdb_takes_a_share_of_the_memory(monkeypatch, would_take, takes):
    of_a_machine(monkeypatch, would_take, 3)
    assert machine.resources() == machine.Resources(takes, 3)


def test_the_user_says_otherwise(monkeypatch):
    of_a_machine(monkeypatch, 20 * GIBIBYTE, 3)
    monkeypatch.setenv(machine.MEMORY, "1.5 GiB")
    monkeypatch.setenv(machine.THREADS, "7")
    assert machine.resources() == machine.Resources(3 * GIBIBYTE // 2, 7)


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("700KB", 700_000),
        ("1.5 MB", 1_500_000),
        ("2gb", 2_000_000_000),
        ("3TB", 3_000_000_000_000),
        ("3KiB", 3 * 1024),
        ("3 MiB", 3 * 1024 * 1024),
        ("3GiB", 3 * 1024 * 1024 * 1024),
        ("3tib", 3 * 1024 * 1024 * 1024 * 1024),
    ],
)
def test_sizes_are_said_as_duckdb_says_them(monkeypatch, said, takes):
    monkeypatch.setenv(machine.MEMORY, said)
    assert machine.resources().memory_bytes == takes


@pytest.mark.parametrize(("said", "takes"), [("1", 1), ("007", 7), ("9999", 9999)])
def test_threads_are_a_number(monkeypatch, said, takes):
    monkeypatch.setenv(machine.THREADS, said)
    assert machine.resources().threads == takes


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *((machine.MEMORY, said) for said in ("much", "4", "0GB", "-1GB", "4 GBit")),
        *((machine.THREADS, said) for said in ("0", "-2", "two", "1.5", "99999")),
    ],
)
def test_what_is_no_limit_is_refused(monkeypatch, name, said):
    monkeypatch.setenv(name, said)
    with pytest.raises(InputError, match=name):
        machine.resources()


@pytest.mark.parametrize(("raw_rows", "models"), [(0, 2), (2_500_000, 2), (2_500_001, 1)])
def test_two_models_are_computed_at_a_time_where_the_memory_is_enough(
    monkeypatch, raw_rows, models
):
    """400 bytes a row: 1,000,000,000 / 400 = 2,500,000 rows."""
    monkeypatch.setenv(machine.MEMORY, "1GB")
    assert machine.models_at_a_time(raw_rows) == models


def test_a_warehouse_is_opened_with_them(monkeypatch, tmp_path):
    monkeypatch.setenv(machine.MEMORY, "512MiB")
    monkeypatch.setenv(machine.THREADS, "1")
    with Warehouse(tmp_path).connect() as connection:
        found = connection.execute(
            "select current_setting('memory_limit'), current_setting('threads')"
        ).fetchone()
    assert found == ("512.0 MiB", 1)


def test_the_machine_is_what_duckdb_says_of_it():
    with duckdb.connect() as connection:
        threads = connection.execute("select current_setting('threads')").fetchone()
    memory, of_machine = machine._of_the_machine()
    assert (of_machine,) == threads
    assert memory > 500_000_000


def test_a_command_tells_what_it_could_take_and_what_it_took(monkeypatch):
    """The system tells of the most memory in kilobytes of 1,024 bytes, on a Mac in bytes."""
    monkeypatch.setenv(machine.MEMORY, "2GB")
    monkeypatch.setenv(machine.THREADS, "3")
    monkeypatch.setattr(
        resource, "getrusage", lambda _: resource.struct_rusage([0, 0, 5, *[0] * 13])
    )
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert machine.used() == {
        "memory_limit_bytes": 2_000_000_000,
        "threads": 3,
        "peak_memory_bytes": 5_120,
    }
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    assert machine.peak_memory() == 5


def test_too_few_addresses_are_said_before_a_library_ends_the_process(monkeypatch):
    def limited_to(addresses: int) -> None:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (addresses, addresses))

    limited_to(999_999_999)
    with pytest.raises(MachineError, match=r"is 999 MB, of which this software takes 1,000 "):
        machine.require_memory()
    for enough in (1_000_000_000, resource.RLIM_INFINITY):
        limited_to(enough)
        machine.require_memory()
