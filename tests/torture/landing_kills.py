"""`kill -9` in the middle of a landing: the warehouse is as it was before or as it is after."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from service_kpis.warehouse import Warehouse
from torture.trial import Trial

COUNTS = {"LANDING_KILLS": 100}
ROWS = 20_000
_LAND = "import sys; from service_kpis.cli import main; sys.exit(main())"


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Land two states of a source in turn, each landing killed at a random moment."""
    random = Random(seed)  # noqa: S311  the same moments again are what is wanted
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "warehouse")
        source = Path(folder) / "source"
        source.mkdir()
        states = []
        longest = 0.0
        for generation in (1, 2):
            _write_state(source, generation)
            started = time.monotonic()
            _start(warehouse, source).wait()
            longest = time.monotonic() - started
            states.append(fingerprint(warehouse))
        generation = 2
        for _ in range(counts["LANDING_KILLS"]):
            before = states[generation - 1]
            generation = 3 - generation
            after = states[generation - 1]
            _write_state(source, generation)
            moment = random.uniform(0.2, 1.05) * longest
            yield _kill_at(warehouse, source, moment, before, after)


def _kill_at(warehouse: Warehouse, source: Path, moment: float, before: str, after: str) -> Trial:
    """Kill a landing after `moment` seconds, then land again without help."""
    landing = _start(warehouse, source)
    time.sleep(moment)
    landing.kill()
    landing.wait()
    found = fingerprint(warehouse)
    name = "kill -9 while landing"
    if found not in (before, after):
        return Trial(name, held=False, detail=f"Killed at {moment:.3f} s: neither state is there.")
    again = _start(warehouse, source)
    if again.wait() != 0 or fingerprint(warehouse) != after:
        return Trial(name, held=False, detail=f"Killed at {moment:.3f} s: the next landing fails.")
    left = [path.name for path in warehouse.folder.glob(".landing-*")]
    return Trial(name, held=not left, detail=f"Killed at {moment:.3f} s: {left} is left.")


def _start(warehouse: Warehouse, source: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _LAND, "land", str(source), "--warehouse", str(warehouse.folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _write_state(source: Path, generation: int) -> None:
    """Write a generation of the files: rows that stay, change, come and are refused."""
    lines = ["call_id,direction,caller_number,started_at,ended_at"]
    for number in range(ROWS):
        key = number if number % 3 else number + ROWS * generation
        number_text = f"+3312345{number % 5 * generation:04}"
        ended = "2024-01-01 10:05:00" if number % 7 else f"soon {generation}"
        lines.append(f"{key},inbound,{number_text},2024-01-01 10:00:00,{ended}")
    (source / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (source / "agents.csv").write_text(
        f"agent_id,team\n1,team {generation}\n2,\n", encoding="utf-8"
    )
    (source / "source.yml").write_text(
        "name: killed\ntables:\n"
        "  calls: {files: calls.csv, mode: replace}\n  agents: {files: agents.csv}\n",
        encoding="utf-8",
    )


def fingerprint(warehouse: Warehouse) -> str:
    """Hash what raw holds, but for the times of landing and what they counted as new."""
    digest = hashlib.sha256()
    with warehouse.connect() as connection:
        names = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'raw' and table_name <> 'landings' order by table_name"
        ).fetchall()
        for (name,) in names:
            rows = connection.execute(
                f"""
                select md5(string_agg(content, '' order by content))
                from (
                    select md5(
                        cast(row(*columns(lambda name: name not like '%landed_at')) as varchar)
                    ) as content
                    from raw."{name}"
                )
                """
            ).fetchone()
            digest.update(f"{name}{rows}".encode())
    return digest.hexdigest()
