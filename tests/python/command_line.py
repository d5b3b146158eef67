"""Calls `service-kpis` as a machine would, and lays public data before it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service_kpis.warehouse import PROJECT_DIR

PUBLIC_DATA = PROJECT_DIR.parent / "shared" / "data"


def service_kpis(warehouse: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the one JSON object that a command prints."""
    finished = subprocess.run(
        [Path(sys.executable).with_name("service-kpis"), *map(str, arguments), "--json"],
        env=os.environ | {"SERVICE_KPIS_WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stdout.count("\n") == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def example(name: str, folder: Path) -> Path:
    """Lay an example beside its public data, which is not ours to ship; skip without."""
    if not (PUBLIC_DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not beside the checkout")
    source = folder / name
    shutil.copytree(PUBLIC_DATA / name, source)
    shutil.copy(PROJECT_DIR / "examples" / name / "source.yml", source)
    return source
