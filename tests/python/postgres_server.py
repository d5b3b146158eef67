"""A real Postgres server on loopback, for as long as a test module needs one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2
import pytest

PASSWORD = "pass-of-ada"  # noqa: S105  of a server that is gone when its tests are


@dataclass(frozen=True)
class Server:
    """How to connect to it."""

    port: int
    user: str = "ada"
    password: str = PASSWORD
    database: str = "postgres"

    def url(self, **other: str | int) -> str:
        named = replace(self, **other)  # type: ignore[arg-type]
        return f"postgresql://{named.user}:{named.password}@127.0.0.1:{named.port}/{named.database}"


def installed() -> str | None:
    """Give the path of initdb, where a server is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return shutil.which("initdb") or (str(found[-1]) if found else None)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start an empty server; skips the test where none is installed."""
    initdb = installed()
    if initdb is None:
        pytest.skip("no Postgres server is installed (initdb)")
    programs = Path(initdb).resolve().parent
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        data, secret = Path(folder) / "data", Path(folder) / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        user = None
        if os.geteuid() == 0:  # a server refuses to be root
            user = "nobody"
            shutil.chown(folder, user)
            shutil.chown(secret, user)
        free.bind(("127.0.0.1", 0))
        server = Server(port=free.getsockname()[1])
        free.close()
        made = _start(
            [
                *(programs / "initdb", "-D", data, "-U", server.user, "-N", "-E", "UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={secret}"),
            ],
            user,
        )
        assert made.wait() == 0, "initdb fails"
        settings = ["-c", "listen_addresses=127.0.0.1", "-k", folder, "-p", str(server.port), "-F"]
        process = _start([programs / "postgres", "-D", data, *settings], user)
        try:
            _await(server)
            yield server
        finally:
            process.terminate()
            process.wait()


def execute(server: Server, sql: str, **other: str) -> None:
    with closing(psycopg2.connect(server.url(**other))) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql)


def _start(command: Sequence[str | Path], user: str | None) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd="/", user=user, stdout=quiet, stderr=quiet)


def _await(server: Server) -> None:
    for _ in range(200):
        try:
            return execute(server, "select 1")
        except psycopg2.OperationalError:
            time.sleep(0.1)
    return pytest.fail("the Postgres server does not start")
