"""What several test modules share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

from scenario.build import Scenario, build_scenario

# `make test` draws the same random sets each time, so that it fails for what changed, and fails at
# once; `make proofs` draws new ones and takes minutes to find the smallest that fails.
WHATEVER_IT_TAKES = settings(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile(
    "test", WHATEVER_IT_TAKES, max_examples=20, derandomize=True, phases=[Phase.generate]
)
settings.register_profile("proofs", WHATEVER_IT_TAKES, max_examples=200, print_blob=True)
settings.load_profile("test")


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The little world of folder scenario, landed and built once; nobody writes to it."""
    return build_scenario(tmp_path_factory.mktemp("scenario"))
