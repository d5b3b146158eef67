"""The warehouse folder: its files, its lock and its connections."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis.errors import MachineError, WarehouseBusyError, machine_failure
from service_kpis.machine import require_memory, resources

PROJECT_DIR = Path(__file__).resolve().parents[2]
KEPT_FOR_ROLLBACK = 3
NOT_FOR_OTHERS = 0o077
_users_umask = os.umask(NOT_FOR_OTHERS)
os.umask(_users_umask)


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
    def kept(self) -> tuple[Path, ...]:
        """The files published before, the latest first; each may be there or not."""
        numbers = range(1, KEPT_FOR_ROLLBACK + 1)
        return tuple(self.folder / f"service_kpis.previous_{number}.duckdb" for number in numbers)

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
        """What the commands tell each other: the last build and its checks (JSON)."""
        return self.folder / "state.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the warehouse for one run; raises WarehouseBusyError naming the holder's PID.

        What the run writes is the owner's alone, but for what `let_read` opens. What a killed run
        left unfinished is cleared away first.
        """
        require_memory()
        self.folder.mkdir(parents=True, exist_ok=True)
        with _umask(NOT_FOR_OTHERS), (self.folder / ".lock").open("a+", encoding="ascii") as lock:
            _hold(lock.fileno(), self.folder)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._keep_private()
            self._clear_left_overs()
            try:
                yield
            finally:
                lock.truncate(0)

    def _keep_private(self) -> None:
        """Take from others what an earlier version, or plain dbt, left them to read."""
        for path in (self.build, self.state, self.logs, self.folder / ".dbt"):
            with suppress(FileNotFoundError):
                mode = path.stat().st_mode
                if mode & NOT_FOR_OTHERS:
                    path.chmod(mode & 0o700)

    def _clear_left_overs(self) -> None:
        """Remove drafts, and what DuckDB put on disk for want of memory, of runs that are gone."""
        spilled = self.folder / f"{self.build.name}.tmp"
        if spilled.exists():
            with self.connect():  # plain dbt, which knows no lock of ours, may be using it
                shutil.rmtree(spilled)
        for pattern in ("*.tmp", "*.tmp.wal", "report/*.tmp", f".{self.sample.name}.*"):
            for left_over in self.folder.glob(pattern):
                shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()

    @contextmanager
    def connect(
        self,
        *,
        read_only: bool = False,
        config: dict[str, str | bool | int | float | list[str]] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open build.duckdb; raises WarehouseBusyError where another process has it open."""
        try:
            connection = duckdb.connect(
                self.build, read_only=read_only, config={**resources().settings, **(config or {})}
            )
        except duckdb.Error as error:
            holder = re.search(r"PID (\d+)", str(error))
            if holder:
                raise busy(self.folder, holder[1]) from None
            told = machine_failure(error)
            raise MachineError(
                told or f"{self.build} cannot be opened: is it a DuckDB file?"
            ) from error
        with connection:
            connection.execute("set timezone = 'UTC'")
            yield connection


def let_read(path: Path) -> None:
    """Open a file, or a folder and all in it, to whom the user lets read new files."""
    for each in (path, *path.rglob("*")):
        each.chmod((0o777 if each.is_dir() else 0o666) & ~_users_umask)


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _hold(lock: int, folder: Path) -> None:
    """Lock the open file; a holder who is about to write its PID there is waited for."""
    for _ in range(20):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace")
        else:
            return
        if _is_running(holder):
            raise busy(folder, holder) from None
        time.sleep(0.05)
    raise busy(folder, "")


def _is_running(pid: str) -> bool:
    """Tell whether a process has this id: a killed one leaves its own in the file."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def busy(folder: Path, pid: str) -> WarehouseBusyError:
    """Make the error of a warehouse that process `pid` holds."""
    holder = f"process {pid}" if pid else "another process"
    return WarehouseBusyError(
        f"The warehouse {folder} is in use by {holder}. Wait until it has ended, then try again."
    )
