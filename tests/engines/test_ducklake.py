"""DuckLake gives the same KPIs while others write to it and read it; `make engines`.

The small world that the KPIs are worked out by hand for is enough: what is in question is how
writers get on with each other. Each is a process, as they are where many work.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from compiled_models import compile_shipped, parse_project, read_compiled
from engines.building import bring_raw
from engines.comparing import require_the_same
from engines.ducklake import build, compared, empty_lake, environment, opened
from scenario.build import build_scenario
from service_kpis.engines import DuckLake, copy_raw
from service_kpis.engines.attached import NAME
from service_kpis.errors import InputError
from service_kpis.warehouse import Warehouse


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    compiled, folder = tmp_path_factory.mktemp("compiled"), tmp_path_factory.mktemp("small")
    compile_shipped(parse_project(tmp_path_factory.mktemp("project")), compiled)
    build_scenario(folder, read_compiled(compiled, {}))
    return Warehouse(folder / "warehouse")


def test_two_write_while_one_reads(small: Warehouse, tmp_path: Path) -> None:
    """While dbt builds, raw tables are brought again and again; a reader always sees all rows."""
    with empty_lake(tmp_path / "files") as lake:
        rows = bring_raw(small, lake)
        is_built = threading.Event()
        brought: list[int] = []

        def land_again() -> None:
            while not is_built.wait(2):
                brought.append(sum(_land(small, lake).values()))

        seen: list[int] = []

        def read() -> None:
            with opened(lake) as connection:
                while not is_built.wait(0.2):
                    seen.append(_calls(connection))

        others = [threading.Thread(target=land_again), threading.Thread(target=read)]
        for other in others:
            other.start()
        try:
            seconds = build(small, lake, tmp_path)
        finally:
            is_built.set()
            for other in others:
                other.join()
        print(f"\nbrought {len(brought)} times, read {len(seen)} times")
        assert len(brought) > 1
        assert set(brought) == {sum(rows.values())}
        assert set(seen) == {rows["calls"]}
        with compared(small, lake, rows, seconds) as built:
            require_the_same(built)


def test_of_two_that_change_the_same_rows_one_wins(small: Warehouse, tmp_path: Path) -> None:
    """The second begins and ends while the first is at its last table."""
    with empty_lake(tmp_path / "files") as lake:
        rows = bring_raw(small, lake)
        begun: list[str] = []

        def meanwhile(table: str) -> None:
            begun.append(table)
            if len(begun) == len(rows):
                bring_raw(small, lake)

        with pytest.raises(InputError, match="Another writer changed the raw tables"):
            copy_raw(small.build, lake, meanwhile)
        with opened(lake) as connection:
            assert _calls(connection) == rows["calls"]


def test_a_lake_knows_its_folder(small: Warehouse, tmp_path: Path) -> None:
    with empty_lake(tmp_path / "files") as lake:
        bring_raw(small, lake)
        other = DuckLake(lake.catalogue, str(tmp_path / "other"))
        with pytest.raises(InputError, match="made with another folder"):
            bring_raw(small, other)


def _land(warehouse: Warehouse, lake: DuckLake) -> dict[str, int]:
    """Bring what landed by the command, in a process of its own."""
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("service-kpis"), "land", "--to", "ducklake"),
            *("--warehouse", warehouse.folder, "--json"),
        ],
        env=environment(lake),
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["brought"]["tables"]
    assert isinstance(rows, dict)
    return rows


def _calls(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute(f"select count(*) from {NAME}.raw.calls").fetchone()
    return int(found[0]) if found else 0
