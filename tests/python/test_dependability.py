"""The short form of `make torture`: kills, readers and a machine that refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from torture import publish_kills, readers, refusals, run_kills
from torture.trial import Trial


def require_all_held(trials: Iterable[Trial], *names: str) -> None:
    """Fail with what did not hold, or where a kind of trial was not made at all."""
    made = list(trials)
    assert [f"{trial.name}: {trial.detail}" for trial in made if not trial.held] == []
    assert {trial.name for trial in made} >= set(names)


def test_a_kill_at_any_step_leaves_the_old_or_the_new_file_and_three_ways_back():
    require_all_held(
        publish_kills.trials({}, seed=1),
        *("kill -9 before a step of publish", "publish left alone"),
        *("kill -9 before a step of rollback", "rollback left alone"),
    )


def test_readers_never_see_an_error_or_what_no_check_has_seen():
    require_all_held(
        readers.trials({"PUBLISHES": 5}, seed=1),
        *("a reader looks meanwhile", "marts that no check has seen are refused"),
    )


def test_what_the_machine_refuses_is_a_sentence_and_nothing_changes():
    require_all_held(
        refusals.trials({"REFUSALS": 1}, seed=1),
        *("two runs at once", "file size limited", "memory set too low"),
        "address space limited",
    )


def test_a_killed_run_leaves_the_old_or_the_new_and_the_next_succeeds():
    require_all_held(
        run_kills.trials({"KILLS": 1, "WHOLE_KILLS": 0}, seed=1), "kill -9 while a run publishes"
    )


def test_the_command_line_limits_openblas_before_numpy_is_loaded():
    loaded = "import sys, service_kpis.cli; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
