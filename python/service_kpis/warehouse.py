"""The warehouse folder: its files, its lock and its connections."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis.errors import MachineError, WarehouseBusyError

PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Warehouse:
    """Where everything stands: `build` is private, `published` is what BI reads."""

    folder: Path

    @property
    def build(self) -> Path:
        return self.folder / "build.duckdb"

    @property
    def published(self) -> Path:
        return self.folder / "service_kpis.duckdb"

    @property
    def previous(self) -> Path:
        """The file that was published before, for one rollback."""
        return self.folder / "service_kpis.previous.duckdb"

    @property
    def report(self) -> Path:
        return self.folder / "report" / "index.html"

    @property
    def data_docs(self) -> Path:
        return self.folder / "data_docs"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def sample(self) -> Path:
        """The generated source that a warehouse without sources lands."""
        return self.folder / "sample"

    @property
    def key(self) -> Path:
        """The secret of the keyed hashes (mode 600)."""
        return self.folder / "service_kpis.key"

    @property
    def state(self) -> Path:
        """What the commands tell each other: last build, last checks, what is published (JSON)."""
        return self.folder / "state.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the warehouse for one run; raises WarehouseBusyError naming the holder's PID."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise busy(self.folder, lock.read().strip()) from None
            lock.seek(0)
            lock.truncate()
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    @contextmanager
    def connect(
        self,
        *,
        read_only: bool = False,
        config: dict[str, str | bool | int | float | list[str]] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open build.duckdb; raises WarehouseBusyError where another process has it open."""
        try:
            connection = duckdb.connect(self.build, read_only=read_only, config=config or {})
        except duckdb.IOException as error:
            holder = re.search(r"PID (\d+)", str(error))
            if holder:
                raise busy(self.folder, holder[1]) from None
            raise MachineError(f"{self.build} cannot be opened: is it a DuckDB file?") from error
        with connection:
            connection.execute("set timezone = 'UTC'")
            yield connection


def busy(folder: Path, pid: str) -> WarehouseBusyError:
    """Make the error of a warehouse that process `pid` holds."""
    holder = f"process {pid}" if pid else "another process"
    return WarehouseBusyError(
        f"The warehouse {folder} is in use by {holder}. Wait until it has ended, then try again."
    )
