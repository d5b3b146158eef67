"""Starts a Superset of our own on loopback, and ends it again."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service_kpis.warehouse import PROJECT_DIR

BIN = PROJECT_DIR / ".venv-bi" / "bin"
USER = "admin"
SECONDS_TO_START = 300
"""Superset imports for half a minute, on a busy machine for longer."""


@dataclass(frozen=True)
class Server:
    url: str
    password: str
    pid: int


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Give a fresh Superset whose metadata, secret and log stand in a folder that is ours."""
    password = secrets.token_urlsafe(16)
    environment = os.environ | {
        "SUPERSET_HOME": str(folder),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(48),
        "SUPERSET_CONFIG_PATH": str(Path(__file__).with_name("superset_config.py")),
        "FLASK_APP": "superset",
        "HOME": str(folder),
    }
    log = folder / "superset.log"
    with log.open("w") as output:
        who = f"--username {USER} --firstname A --lastname B --email admin@example.org".split()
        for arguments in (
            ["db", "upgrade"],
            ["fab", "create-admin", *who, "--password", password],
            ["init"],
        ):
            done = subprocess.run(
                [BIN / "superset", *arguments],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            assert done.returncode == 0, log.read_text()[-3000:]
        port = _free_port()
        server = subprocess.Popen(
            [
                *(BIN / "gunicorn", "superset.app:create_app()", "--bind", f"127.0.0.1:{port}"),
                "--no-control-socket",
                *("--worker-class", "gthread", "--threads", "8", "--timeout", "300"),
            ],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/health", server, log)
            yield Server(url, password, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(1)
    raise AssertionError(f"Superset did not start: {log.read_text()[-3000:]}")
