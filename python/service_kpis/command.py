"""What every command has in common: its options, its streams, its errors and its exit code."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console, RenderableType
from typer._click.exceptions import ClickException, NoSuchOption

from service_kpis.errors import ServiceKpisError, machine_failure
from service_kpis.outcome import Outcome
from service_kpis.progress import Progress
from service_kpis.state import now
from service_kpis.warehouse import Warehouse

PROGRAM = "service-kpis"
INTERRUPTED = 130
WRONG_USAGE = 2
MACHINE_FAILED = 4
ANY_WIDTH = 10_000
"""Wider than any line: what is no terminal has no width."""

WarehouseOption = Annotated[
    Path,
    typer.Option(
        "--warehouse",
        metavar="DIR",
        file_okay=False,
        envvar="SERVICE_KPIS_WAREHOUSE",
        help="The warehouse folder; made when it is not there.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else there.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@dataclass
class Session:
    """One command's run: where it works, what it found, and how it speaks."""

    warehouse: Warehouse
    outcome: Outcome
    progress: Progress
    is_json: bool
    stdout: TextIO

    @cached_property
    def console(self) -> Console:
        """Draw for stdout: as wide as a terminal, whole lines elsewhere.

        rich colours a terminal alone, or whatever FORCE_COLOR says, and nothing under NO_COLOR.
        """
        width = None if self.stdout.isatty() else ANY_WIDTH
        return Console(file=self.stdout, width=width, markup=False, emoji=False, highlight=False)

    def say(self, what: RenderableType = "", style: str | None = None) -> None:
        """Print what the command was asked for on stdout; with `--json` the object says it."""
        if self.is_json:
            return
        self.progress.stop()
        with self.console.capture() as drawn:
            self.console.print(what, style=style, soft_wrap=isinstance(what, str))
        # Not by rich, which ends the process where who reads us has seen enough (`| head`).
        lines = drawn.get().splitlines()
        print("\n".join(map(str.rstrip, lines)), file=self.stdout)

    @contextlib.contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure how long a step of the command takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = round(time.monotonic() - began, 3)
            self.outcome.steps.append({"step": step, "seconds": seconds})

    def note(self, text: str) -> None:
        """Say on stderr what a person should know."""
        self.progress.line(text)


def command(app: typer.Typer) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a verb `(session, …)` as a command with `--warehouse`, `--json` and `--debug`."""

    def register(verb: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(verb)
        def carry_out(*, warehouse: Path, is_json: bool, debug: bool, **options: Any) -> None:
            session = Session(
                warehouse=Warehouse(warehouse.absolute()),
                outcome=Outcome(command=verb.__name__),
                progress=Progress(is_plain=is_json),
                is_json=is_json,
                stdout=sys.stdout,
            )
            _run(session, functools.partial(verb, session, **options), debug=debug)
            if session.outcome.exit_code:
                raise typer.Exit(session.outcome.exit_code)

        keyword = inspect.Parameter.KEYWORD_ONLY
        own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
        common = [
            inspect.Parameter(name, keyword, default=default, annotation=annotation)
            for name, annotation, default in (
                ("warehouse", WarehouseOption, Path("warehouse")),
                ("is_json", JsonOption, False),
                ("debug", DebugOption, False),
            )
        ]
        parameters = [*(parameter.replace(kind=keyword) for parameter in own), *common]
        # typer reads the options of a command from its signature and annotations.
        carry_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        carry_out.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command()(carry_out)
        return verb

    return register


def invoke(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the app on a command line and give its exit code; wrong usage is a sentence, too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a thin space that Latin-1 lacks must end no run
            stream.reconfigure(errors="replace")
    try:
        code = app(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else PROGRAM
        sentence = f"{_wrong_usage(error, is_before_command=path == PROGRAM)} See `{path} --help`."
        names = [name for name in arguments if not name.startswith("-")]
        outcome = Outcome(
            command=names[0] if names else None, exit_code=WRONG_USAGE, error=sentence
        )
        if "--json" in arguments:
            print(outcome.to_json())
        print(f"Error: {sentence}", file=sys.stderr)
        return WRONG_USAGE
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return int(code or 0)


def _wrong_usage(error: ClickException, *, is_before_command: bool) -> str:
    """Give the parser's sentence, without the marks of the library that it is of."""
    told = error.format_message().replace("Value error, ", "")
    if is_before_command and isinstance(error, NoSuchOption):
        told = f"{told.rstrip('.')}: options stand behind the command"
    return told if told.endswith("?") else f"{told.rstrip('.')}."


def _run(session: Session, verb: Callable[[], None], *, debug: bool) -> None:
    """Run a verb; stdout is kept for the result, and an error becomes a code and a sentence."""
    outcome, progress = session.outcome, session.progress
    # A log that a full disk has no room for would print a traceback a line.
    logging.raiseExceptions = False
    try:
        # What libraries print goes to stderr: stdout is for the result alone.
        with contextlib.redirect_stdout(sys.stderr):
            verb()
    except BrokenPipeError:
        # Who reads us (`| head`) has seen enough; Python must not fail on the rest as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), session.stdout.fileno())
    except BaseException as error:  # any error must end in a sentence and its code
        if isinstance(error, SystemExit | typer.Exit):
            raise
        outcome.exit_code, outcome.error = _judge(error, session.warehouse)
        if debug:
            print(trace(error), file=sys.stderr)
    finally:
        progress.stop()
    if outcome.error:
        print(f"Error: {outcome.error}", file=sys.stderr)
    if session.is_json:
        print(outcome.to_json(), file=session.stdout)


def _judge(error: BaseException, warehouse: Warehouse) -> tuple[int, str]:
    """Give the exit code and the sentence of what ended a command."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "Interrupted. What was finished stays; run the command again to go on."
    if isinstance(error, ServiceKpisError):
        return error.exit_code, str(error)
    if told := machine_failure(error):
        return MACHINE_FAILED, told
    return MACHINE_FAILED, (
        f"Something unexpected happened ({type(error).__name__}). Run the command again with "
        f"--debug to see where; {_log(error, warehouse)} has it, too."
    )


def _log(error: BaseException, warehouse: Warehouse) -> Path:
    log = warehouse.logs / "service_kpis.log"
    with contextlib.suppress(OSError):  # a log that can't be written must not hide the error
        warehouse.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(f"{now()} {trace(error)}\n")
    return log


_OF_OUR_CODE = (ServiceKpisError, AttributeError, ImportError, NameError, OSError)
"""Errors whose words are names of files or of our code."""


def trace(error: BaseException) -> str:
    """Give the traceback of an error without its words, where these may hold values of the data.

    DuckDB quotes the text that it could not read, Python the key that it did not find.
    """
    causes = [error]
    while cause := causes[-1].__cause__ or (
        None if causes[-1].__suppress_context__ else causes[-1].__context__
    ):
        causes.append(cause)
    lines = []
    for each in reversed(causes):
        words = f": {each}" if isinstance(each, _OF_OUR_CODE) else ""
        lines += [
            "Traceback (most recent call last):\n",
            *traceback.format_tb(each.__traceback__),
            f"{type(each).__name__}{words}\n",
        ]
    return "".join(lines)
