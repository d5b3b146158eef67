"""What several test modules share."""

from __future__ import annotations

import pytest

from scenario.build import Scenario, build_scenario


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The little world of folder scenario, landed and built once; nobody writes to it."""
    return build_scenario(tmp_path_factory.mktemp("scenario"))
