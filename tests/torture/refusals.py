"""Takes the disk, the right to write and the memory away: a sentence, exit 4, nothing changes."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from service_kpis import publishing
from service_kpis.warehouse import Warehouse
from torture import hand_made
from torture.hand_made import Quiet, number_in
from torture.trial import Trial

COUNTS = {"REFUSALS": 20}
ROWS = 20_000
COMMAND = "import sys; from service_kpis.cli import main; sys.exit(main())"
MEGABYTE = 1_000_000

Told = tuple[int, dict[str, Any]]


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Draw limits at which a publish fails, on hand-made marts of a few megabytes."""
    random = Random(seed)  # noqa: S311  the same limits again are what is wanted
    yield two_at_once()
    yield from on_a_read_only_folder()
    for _ in range(counts["REFUSALS"]):
        yield with_small_files(random.randrange(4_000, MEGABYTE))
        yield with_little_memory(random.randrange(100, 900))
        yield with_little_address_space(random.randrange(300, 1_000))
        yield from on_a_full_disk(random.randrange(50, 1_000))


def with_small_files(limit: int) -> Trial:
    """Publish where no file may grow beyond so many bytes (`ulimit -f`)."""

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    with ready() as warehouse:
        told = service_kpis(warehouse, "publish", before=limit_files)
        return refused(warehouse, f"file size limited ({limit} bytes)", told, "limit")


def with_little_memory(kilobytes: int) -> Trial:
    """Publish with less memory than a table takes."""
    with ready() as warehouse:
        told = service_kpis(
            warehouse, "publish", environment={"SERVICE_KPIS_MEMORY_LIMIT": f"{kilobytes}KB"}
        )
        return refused(warehouse, f"memory set too low ({kilobytes} KB)", told, "out of memory")


def with_little_address_space(megabytes: int) -> Trial:
    """Publish where the process may have so little memory in all (`ulimit -v`)."""

    def limit_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, resource.RLIM_INFINITY))

    with ready() as warehouse:
        told = service_kpis(warehouse, "publish", before=limit_memory)
        return refused(
            warehouse, f"address space limited ({megabytes} MB)", told, "limit of memory"
        )


def on_a_full_disk(free_kilobytes: int) -> Iterator[Trial]:
    """Publish on a file system of its own that has so much room left, if one may be mounted."""
    with ready() as warehouse, tempfile.TemporaryDirectory() as folder:
        disk = Path(folder)
        size = sum(-(-each.stat().st_size // 4096) * 4 for each in warehouse.folder.iterdir())
        if not mounted("-t", "tmpfs", "-o", f"size={size + free_kilobytes}k", "tmpfs", disk):
            return
        try:
            for each in warehouse.folder.iterdir():
                (disk / each.name).write_bytes(each.read_bytes())
            small = Warehouse(disk)
            told = service_kpis(small, "publish")
            yield refused(small, f"disk full ({free_kilobytes} KB free)", told, "disk is full")
        finally:
            unmount(disk)


def on_a_read_only_folder() -> Iterator[Trial]:
    """Publish where the folder can't be written; who may write everywhere mounts it so."""
    with ready() as warehouse:
        is_mounted = mounted("--bind", "-o", "ro", warehouse.folder, warehouse.folder)
        if not is_mounted:
            warehouse.folder.chmod(0o500)
        try:
            if not os.access(warehouse.folder, os.W_OK):
                told = service_kpis(warehouse, "publish")
                yield refused(warehouse, "folder read-only", told, "read-only|Permission denied")
        finally:
            if is_mounted:
                unmount(warehouse.folder)
            else:
                warehouse.folder.chmod(0o700)


def two_at_once() -> Trial:
    """Publish while another process holds the warehouse."""
    with ready() as warehouse, warehouse.locked():
        told = service_kpis(warehouse, "publish")
        wanted = f"in use by process {os.getpid()}"
        return refused(warehouse, "two runs at once", told, wanted, code=3)


@contextlib.contextmanager
def ready() -> Iterator[Warehouse]:
    """Make a warehouse that has published build 1 and is to publish build 2."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = hand_made.make(Path(folder), rows=ROWS)
        hand_made.built(warehouse, 1)
        publishing.publish(warehouse, Quiet())
        hand_made.built(warehouse, 2)
        yield warehouse


def service_kpis(
    warehouse: Warehouse,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> Told:
    """Run a command in a process of its own; give its exit code and its object."""
    finished = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments, "--json"],
        env=os.environ
        | {"SERVICE_KPIS_WAREHOUSE": str(warehouse.folder)}
        | dict(environment or {}),
        preexec_fn=before,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def refused(warehouse: Warehouse, name: str, told: Told, words: str, *, code: int = 4) -> Trial:
    """Judge a command that had to fail: its sentence, and the file published before."""
    found = number_in(warehouse.published)
    sentence = str(told[1]["error"])
    is_told = told[0] == code and any(word in sentence for word in words.split("|"))
    detail = f"{name}: exit {told[0]}, build {found} is published: {sentence}"
    return Trial(name.partition(" (")[0], held=is_told and found == 1, detail=detail)


def mounted(*arguments: str | Path) -> bool:
    """Mount something, if this process may; gives whether it is."""
    finished = subprocess.run(["mount", *arguments], capture_output=True, check=False)  # noqa: S607
    return finished.returncode == 0


def unmount(folder: Path) -> None:
    subprocess.run(["umount", folder], check=True)  # noqa: S607
