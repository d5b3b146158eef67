"""What a command did: the one object that `--json` prints, and the checks in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from service_kpis.errors import CheckFailedError

Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Check:
    """The result of one check; `message` is a sentence without a value of the data.

    Severity `error` means that the marts would be wrong, `warn` that the data are odd.
    `failed_rows` is null where rows can't be counted.
    """

    name: str
    severity: Severity
    passed: bool
    failed_rows: int | None
    message: str


@dataclass
class Outcome:
    """One command's result; what does not apply stays None."""

    command: str | None
    exit_code: int = 0
    error: str | None = None
    sources: list[dict[str, Any]] | None = None
    build: dict[str, Any] | None = None
    checks: list[Check] | None = None
    published: dict[str, Any] | None = None
    report: str | None = None
    forgotten: dict[str, Any] | None = None
    parquet: dict[str, Any] | None = None
    brought: dict[str, Any] | None = None
    status: dict[str, Any] | None = None
    diff: dict[str, Any] | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    """How long each step took, in seconds; `run` tells it."""
    machine: dict[str, int] | None = None
    """What a run could take of memory (bytes) and threads, and the most memory that it took."""
    started: float = field(default_factory=time.monotonic)

    def add_checks(self, checks: Iterable[Check]) -> None:
        self.checks = [*(self.checks or []), *checks]

    def to_json(self) -> str:
        """Give the documented object: its keys in the documented order, on one line."""
        return json.dumps(
            {
                "command": self.command,
                "exit_code": self.exit_code,
                "seconds": round(time.monotonic() - self.started, 3),
                "error": self.error,
                "sources": self.sources,
                "build": self.build,
                "checks": None if self.checks is None else [asdict(each) for each in self.checks],
                "published": self.published,
                "report": self.report,
                **self._of_one_command(),
            },
            ensure_ascii=False,
        )

    def _of_one_command(self) -> dict[str, Any]:
        """Give what one command alone adds to the object."""
        added: dict[str, Any] = {
            "forgotten": self.forgotten,
            "parquet": self.parquet,
            "brought": self.brought,
            "status": self.status,
            "diff": self.diff,
        }
        if self.command == "run":
            added["steps"] = self.steps
            added["machine"] = self.machine
        return {name: value for name, value in added.items() if value is not None}


def require_passed(checks: Iterable[Check], *, next_step: str) -> None:
    """Raise CheckFailedError if a check of severity error failed, naming the first ones."""
    failed = [check for check in checks if check.severity == "error" and not check.passed]
    if not failed:
        return
    told = " ".join(check.message for check in failed[:3])
    more = f" {len(failed) - 3} more failed." if len(failed) > 3 else ""
    raise CheckFailedError(f"{told}{more} Nothing was published. {next_step}")
