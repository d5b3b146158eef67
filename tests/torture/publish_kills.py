"""Kills publish and rollback before each thing that they do to a file, one after the other."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from service_kpis import publishing
from service_kpis.errors import ServiceKpisError
from service_kpis.warehouse import Warehouse
from torture import hand_made
from torture.hand_made import Quiet, number_in
from torture.trial import Trial

COUNTS: dict[str, int] = {}
AUDITED = {
    *("open", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.truncate", "shutil.copyfile", "shutil.rmtree"),
}
"""What Python tells an audit hook of; https://docs.python.org/3/library/audit_events.html."""

# A fork of a process that has a DuckDB file open would share its locks.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["service_kpis.publishing"])


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Kill at every moment there is, so that there is nothing to draw and to count."""
    del counts, seed
    with tempfile.TemporaryDirectory() as temporary:
        before = hand_made.make(Path(temporary) / "before")
        for number in (1, 2, 3):
            hand_made.built(before, number)
            publishing.publish(before, Quiet())
        yield from killed_at_each_step(before, "rollback", after=2)
        hand_made.built(before, 4)
        yield from killed_at_each_step(before, "publish", after=4)


def killed_at_each_step(before: Warehouse, verb: str, after: int) -> Iterator[Trial]:
    """Kill a verb, which leads from build 3 to `after`, before each of its steps in turn."""
    step, is_killed = 0, True
    while is_killed:
        step += 1
        warehouse = Warehouse(before.folder.with_name(f"{verb} {step}"))
        shutil.copytree(before.folder, warehouse.folder)
        process = processes.Process(target=carry_out, args=(verb, warehouse.folder, step))
        process.start()
        process.join()
        is_killed = process.exitcode == -signal.SIGKILL
        wrong = damage(warehouse, {3, after}) if is_killed else damage(warehouse, {after})
        name = f"kill -9 before a step of {verb}" if is_killed else f"{verb} left alone"
        yield Trial(name, held=not wrong, detail=f"step {step}: {wrong}")
        shutil.rmtree(warehouse.folder)


def carry_out(verb: str, folder: Path, step: int) -> None:
    """Publish or roll back; the process kills itself before its `step`th step."""
    warehouse = Warehouse(folder)
    steps = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event in AUDITED and str(arguments[0]).startswith(str(folder)):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    with warehouse.locked():
        if verb == "publish":
            publishing.publish(warehouse, Quiet())
        else:
            publishing.rollback(warehouse)


def damage(warehouse: Warehouse, expected: set[int]) -> str:
    """Say what is wrong with a warehouse whose run was killed; an empty text if nothing is."""
    last_built = max(3, *expected)
    try:
        found = number_in(warehouse.published)
        assert found in expected, f"build {found} is published"
        kept = [number_in(each.path) for each in publishing.kept_publications(warehouse)]
        is_in_order = kept == sorted(set(kept), reverse=True) and found not in kept
        assert is_in_order, f"beside build {found}, {kept} are kept"
        with warehouse.locked():
            publishing.publish(warehouse, Quiet())
        found = number_in(warehouse.published)
        assert found == last_built, f"the next publish leads to build {found}"
        drafts = [path.name for path in warehouse.folder.iterdir() if ".tmp" in path.name]
        assert not drafts, f"{drafts} are left after the next run"
        with warehouse.locked():
            publishing.rollback(warehouse)
        found = number_in(warehouse.published)
        assert found == last_built - 1, f"the rollback after that leads to build {found}"
    except (AssertionError, ServiceKpisError, duckdb.Error, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
