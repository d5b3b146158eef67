"""What several test modules share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from scenario.build import Scenario, build_scenario

# The same random sets at each `make test`, so that it fails for what changed; new ones in proofs.
WHATEVER_IT_TAKES = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("test", max_examples=20, derandomize=True, **WHATEVER_IT_TAKES)
settings.register_profile("proofs", max_examples=200, print_blob=True, **WHATEVER_IT_TAKES)
settings.load_profile("test")


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The little world of folder scenario, landed and built once; nobody writes to it."""
    return build_scenario(tmp_path_factory.mktemp("scenario"))
