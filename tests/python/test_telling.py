"""What people see: progress on a terminal, tables that fit it, colours where they are wanted."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest

from service_kpis import telling
from service_kpis.command import Session
from service_kpis.landing import FileAccount
from service_kpis.outcome import Outcome
from service_kpis.progress import Progress
from service_kpis.telling.tables import cell, duration, number, size, table
from service_kpis.warehouse import Warehouse

LANDING = """
from service_kpis.progress import Progress
progress = Progress(is_plain={is_plain})
progress.step("landing")
progress.count(2, 14, "3,000 rows; calls.csv")
progress.line("The sample data is removed.")
progress.stop()
"""


def on_a_terminal(*, is_plain, **environment):
    """Run a landing's progress with a terminal of 80 columns as its stderr; gives what it wrote."""
    ours, theirs = pty.openpty()
    os.set_inheritable(theirs, True)
    finished = subprocess.run(
        [sys.executable, "-c", LANDING.format(is_plain=is_plain)],
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"} | environment,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    assert finished.returncode == 0
    written = b""
    try:
        while part := os.read(ours, 65536):
            written += part
    except OSError:  # Linux ends a terminal without a writer so
        pass
    os.close(ours)
    return written.decode()


def test_a_terminal_sees_how_far_it_is_and_the_line_goes():
    written = on_a_terminal(is_plain=False)
    assert re.search("landing .*2 of 14.*3,000 rows; calls.csv", written)
    assert "The sample data is removed.\r\n" in written
    assert written.endswith("\x1b[2K")  # the line is erased


@pytest.mark.parametrize(("is_plain", "term"), [(True, "xterm"), (False, "dumb")])
def test_plain_lines_move_no_cursor(is_plain, term):
    assert on_a_terminal(is_plain=is_plain, TERM=term) == (
        "landing …\r\nThe sample data is removed.\r\n"
    )


def test_elsewhere_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # asks for colours, not for a cursor in a log
    clock = iter([0.0, 3.0, 10.0, 10.0, 12.0])
    monkeypatch.setattr("service_kpis.progress.time.monotonic", lambda: next(clock))
    progress = Progress()
    progress.step("landing")
    progress.count(1, 14, "calls.csv")
    progress.count(2, 14, "tickets.csv")
    progress.count(3, 1400)
    assert capsys.readouterr().err == "landing …\nlanding: 2 of 14: tickets.csv\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def session(stdout, tmp_path):
    return Session(
        warehouse=Warehouse(tmp_path),
        outcome=Outcome(command="land"),
        progress=Progress(),
        is_json=False,
        stdout=stdout,
    )


def accounts(stdout, tmp_path):
    counts = {"read": 1_234_567, "inserted": 1_234_560, "rejected": 7}
    landed = [
        FileAccount("telephony", "customer_identifiers", "customer_identifiers.csv", **counts),
        FileAccount("telephony", "calls", "calls.csv", read=3, inserted=3),
    ]
    telling.accounts(session(stdout, tmp_path), landed)
    return stdout.getvalue().splitlines()


def test_a_table_fits_a_narrow_terminal_by_leaving_out_what_tells_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in accounts(Terminal(), tmp_path)]
    assert lines[0].split() == ["table", "file", "read", "inserted", "rejected"]
    assert max(map(len, lines)) <= 80
    assert "2 files: 1,234,570 rows read, 1,234,563 new, 7 rejected." in lines


def test_elsewhere_a_table_is_whole_plain_and_its_numbers_end_together(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = accounts(io.StringIO(), tmp_path)
    assert lines[:3] == [
        "source     table                 file                           read   inserted  updated"
        "  unchanged  rejected  left out  left out null",
        "telephony  customer_identifiers  customer_identifiers.csv  1,234,567  1,234,560        0"
        "          0         7         0              0",
        "telephony  calls                 calls.csv                         3          3        0"
        "          0         0         0              0",
    ]


@pytest.mark.parametrize(
    ("environment", "is_terminal", "is_coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
    ],
)
def test_colours_stand_on_a_terminal_or_where_they_are_asked_for(
    tmp_path, monkeypatch, environment, is_terminal, is_coloured
):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    told = "\n".join(accounts(Terminal() if is_terminal else io.StringIO(), tmp_path))
    assert ("\x1b[33m" in told) is is_coloured  # the rejected rows, in yellow


def test_a_value_of_the_data_steers_no_terminal(tmp_path):
    stdout = io.StringIO()
    table(session(stdout, tmp_path), ("value", number("rows")), [[cell("\x1b[2Jgone\nx"), "1"]])
    assert stdout.getvalue() == "value           rows\n\\x1b[2Jgone\\nx     1\n"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.44, "0.4 s"), (9.96, "10.0 s"), (59.4, "59 s"), (59.6, "1:00"), (3725, "1:02:05")],
)
def test_durations_are_told_as_people_do(seconds, told):
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("number_of_bytes", "told"), [(1, "1 kB"), (999_000, "999 kB"), (103_821_312, "104 MB")]
)
def test_sizes_are_told_as_people_do(number_of_bytes, told):
    assert size(number_of_bytes) == told
