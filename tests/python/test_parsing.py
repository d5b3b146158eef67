"""The project is parsed once: for every warehouse, and whatever the vars."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest

from service_kpis import parsing
from service_kpis.warehouse import PROJECT_DIR, Warehouse


def test_a_second_warehouse_takes_the_parse_of_the_first(project: Manifest, tmp_path: Path) -> None:
    """Whenever it reads a file anew, dbt writes a parse."""
    kept = parsing._kept(PROJECT_DIR, Warehouse(tmp_path)) / "partial_parse.msgpack"
    before = kept.stat()
    with parsing.environment(SERVICE_KPIS_WAREHOUSE=str(tmp_path)):
        found = parsing.parse(PROJECT_DIR, Warehouse(tmp_path)).result
    assert isinstance(found, Manifest)
    assert found.nodes.keys() == project.nodes.keys()
    after = kept.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_no_var_decides_a_config(project: Manifest) -> None:
    """It would be that of the parse, which knows no vars."""
    assert any("incremental" in str(node.unrendered_config) for node in project.nodes.values())
    asking = [node.name for node in project.nodes.values() if "var(" in str(node.unrendered_config)]
    assert asking == []


def test_where_the_project_is_not_ours_to_write_to_the_warehouse_keeps_the_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing.os, "access", lambda *_: False)
    assert parsing._kept(PROJECT_DIR, Warehouse(tmp_path)) == tmp_path / ".dbt" / "parsed"


def test_the_environment_is_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_KPIS_WAREHOUSE", "mine")
    monkeypatch.delenv("SERVICE_KPIS_IS_INCREMENT", raising=False)
    with parsing.environment(SERVICE_KPIS_WAREHOUSE="other", SERVICE_KPIS_IS_INCREMENT="true"):
        assert parsing.os.environ["SERVICE_KPIS_WAREHOUSE"] == "other"
    assert parsing.os.environ["SERVICE_KPIS_WAREHOUSE"] == "mine"
    assert "SERVICE_KPIS_IS_INCREMENT" not in parsing.os.environ
