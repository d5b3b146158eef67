"""What `land` and `run` tell of a landing, and what they keep of a landing that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from landing_helpers import CALL, CALLS, write
from service_kpis import cli, state
from service_kpis.command import invoke
from service_kpis.landing import land
from service_kpis.validation.great import run_rules
from service_kpis.validation.raw_rules import raw_rules
from service_kpis.warehouse import Warehouse

ONE_BAD = f"{CALLS}\n1,{CALL}\n2,sideways,2024-01-01,2024-01-01\n"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def _tell(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, *arguments: object
) -> tuple[int, str, str]:
    code = invoke(cli.app, [*map(str, arguments), "--warehouse", str(warehouse.folder)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_dry_run_tells_why(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write(tmp_path / "s", {"calls.csv": ONE_BAD})
    code, out, err = _tell(capsys, warehouse, "land", folder, "--dry-run")
    assert code == 0
    assert out.endswith(
        "Nothing landed: this was a dry run. The same without --dry-run lands it.\n"
    )
    assert "s would refuse: calls.csv, direction: not_in_list in row 2" in err
    assert "sideways" not in err


def test_strict_tells_the_account(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write(tmp_path / "s", {"calls.csv": ONE_BAD})
    code, out, _ = _tell(capsys, warehouse, "land", folder, "--strict")
    assert code == 1
    header, account = (line.split() for line in out.splitlines())
    assert dict(zip(header, account, strict=False))["read"] == "2"
    assert account == ["s", "calls", "calls.csv", *"2100100"]


def test_a_refused_input_has_no_account(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write(tmp_path / "s", {"calls.csv": ""})
    assert _tell(capsys, warehouse, "land", folder)[:2] == (2, "")


def test_land_takes_the_vars_of_landing_alone(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write(tmp_path / "s", {"calls.csv": ONE_BAD})
    given = "{clock_skew_seconds: 9, fcr_window_days: 3}"
    code, _, err = _tell(capsys, warehouse, "land", folder, "--vars", given)
    assert code == 2
    assert "default_country and clock_skew_seconds; fcr_window_days acts" in err
    assert state.read(warehouse) == {}


def test_vars_are_kept_when_their_landing_succeeded(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    folder, given = write(tmp_path / "s", {"calls.csv": ""}), "{clock_skew_seconds: 9}"
    for verb in ("land", "run"):
        assert _tell(capsys, warehouse, verb, folder, "--vars", given)[0] == 2
        assert "vars" not in state.read(warehouse)
    write(folder, {"calls.csv": ONE_BAD})
    assert _tell(capsys, warehouse, "land", folder, "--vars", given)[0] == 0
    assert state.read(warehouse)["vars"] == {"clock_skew_seconds": 9}


def test_a_table_that_is_refused_whole_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    files = {"calls.csv": ONE_BAD, "agents.csv": "agent_id,started_on\n1,soon\n2,later\n"}
    land(warehouse, [write(tmp_path / "s", dict(files))])
    rules = list(raw_rules({"landings"}, as_of=None, currency="EUR"))
    (check,) = run_rules(rules, warehouse.build, tmp_path / "docs", lambda *_: None)
    assert (check.severity, check.passed, check.failed_rows) == ("warn", False, 1)
