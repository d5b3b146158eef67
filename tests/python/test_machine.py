"""What DuckDB may take of the machine."""

from __future__ import annotations

import duckdb
import pytest

from service_kpis import machine
from service_kpis.errors import InputError
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
