"""A checkout with a handful of models, so that a whole `service-kpis run` takes seconds.

Its Python, its macros and its raw contract are copies of this checkout's; of the checks it lacks
the recomputation, and of the report the pictures, which would miss the models that the little
project does without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from service_kpis.warehouse import PROJECT_DIR
from torture.little_models import MODELS

NO_PICTURES = "def all_pictures(connection):\n    return []\n"
RECOMPUTATION = "    yield from recomputation.check(connection, chosen, seeds, progress.count)\n"
COMMAND = "command.py"
MAIN = "import sys\n\nfrom service_kpis.cli import main\n\nsys.exit(main())\n"
CALLS_IN_ALL = (
    "select cast(value as bigint) from marts.kpi_values "
    "where kpi_key = 'calls_offered' and grain = 'year' and dimension = 'all'"
)


def make(checkout: Path) -> Path:
    """Write the little checkout into a folder that is not there yet; gives the folder."""
    for part in ("macros", "profiles", "python/service_kpis", "tests/generic"):
        shutil.copytree(PROJECT_DIR / part, checkout / part, symlinks=True)
    shutil.copy(PROJECT_DIR / "dbt_project.yml", checkout)
    staging = checkout / "models" / "staging"
    staging.mkdir(parents=True)
    for contract in ("raw.yml", "landing.yml"):
        shutil.copy(PROJECT_DIR / "models" / "staging" / contract, staging)
    (checkout / "seeds").mkdir()
    (checkout / "seeds" / "seeds.yml").write_text("seeds: []\n", encoding="utf-8")
    for name, sql in MODELS.items():
        (checkout / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    checks = checkout / "python" / "service_kpis" / "checks" / "__init__.py"
    text = checks.read_text(encoding="utf-8")
    assert RECOMPUTATION in text
    checks.write_text(text.replace(RECOMPUTATION, ""), encoding="utf-8")
    pictures = checkout / "python" / "service_kpis" / "reporting" / "pictures" / "__init__.py"
    pictures.write_text(NO_PICTURES, encoding="utf-8")
    (checkout / COMMAND).write_text(MAIN, encoding="utf-8")
    return checkout


def start(checkout: Path, warehouse: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start `service-kpis` of a checkout in a process group of its own; stderr is to be read."""
    return subprocess.Popen(
        [sys.executable, checkout / COMMAND, *arguments],
        env=os.environ
        | {
            "PYTHONPATH": str(checkout / "python"),
            "PYTHONDONTWRITEBYTECODE": "",  # the copy is compiled once
            "SERVICE_KPIS_WAREHOUSE": str(warehouse),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def write_calls(source: Path, count: int) -> None:
    """Write a source of so many calls, one a minute."""
    source.mkdir(exist_ok=True)
    rows = [
        f"{number},inbound,2025-01-06 {8 + number // 60:02}:{number % 60:02}:00,"
        f"2025-01-06 {8 + number // 60:02}:{number % 60:02}:30"
        for number in range(1, count + 1)
    ]
    header = "call_id,direction,started_at,ended_at"
    (source / "calls.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def calls_published(published: Path) -> int:
    """Open a published file and give how many calls it is of.

    Raises AssertionError where its tables are of several landings.
    """
    with duckdb.connect(published, read_only=True) as connection:
        ((counted,),) = connection.execute(CALLS_IN_ALL).fetchall()
        ((there,),) = connection.execute("select count(*) from marts.fct_calls").fetchall()
    assert counted == there, f"{counted} calls in kpi_values, {there} in fct_calls"
    return int(there)
