"""What several test modules share; what is costly is made once for all workers of a run."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from hypothesis import HealthCheck, Phase, settings

from compiled_models import Compiled, compile_shipped, parse_project, read_compiled
from scenario.build import Scenario, build_scenario, open_scenario

# `make test` draws the same random sets each time, so that it fails for what changed, and fails at
# once; `make proofs` draws new ones and takes minutes to find the smallest that fails.
WHATEVER_IT_TAKES = settings(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile(
    "test", WHATEVER_IT_TAKES, max_examples=12, derandomize=True, phases=[Phase.generate]
)
settings.register_profile("proofs", WHATEVER_IT_TAKES, max_examples=200, print_blob=True)
settings.load_profile("test")

# A worker's main module has no file. pyspark, where `make engines` has installed it and Great
# Expectations imports it, takes that for a run of its doctests, and exits.
vars(sys.modules["__main__"]).setdefault("__file__", __file__)

# Each worker takes the next file when it is done, so that a long one at the end leaves the others
# idle. Of the first two, one has the project parsed and the other can do without.
LONGEST = (
    *("test_run.py", "test_forgetting.py", "test_recomputation.py", "test_increment.py"),
    *("test_portability.py", "test_absent_data.py", "test_examples.py", "test_dependability.py"),
    *("test_report_browser.py", "test_semantic_layer.py", "test_publishing.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    turn = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turn.get(item.path.name, len(LONGEST)))


def _once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder that `make` fills, for the first worker that asks; the others wait for it."""
    common = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    folder, made = common / name, common / f"{name}.made"
    with (common / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The parsed project, to be compiled with other vars."""
    return parse_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The models and analyses, compiled with the vars as they are shipped."""

    def make(folder: Path) -> None:
        compile_shipped(request.getfixturevalue("project"), folder)

    return read_compiled(_once_a_run(tmp_path_factory, "shipped", make), {})


@pytest.fixture(scope="session")
def scenario(shipped: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """The little world of folder scenario, landed and built; nobody writes to it."""
    folder = _once_a_run(
        tmp_path_factory, "scenario", lambda folder: build_scenario(folder, shipped)
    )
    with open_scenario(folder) as opened:
        yield opened
