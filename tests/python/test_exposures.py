"""What the exposures name is what the report and the kept dashboard read."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from service_kpis.warehouse import PROJECT_DIR

DASHBOARD = PROJECT_DIR / "docs" / "superset"
REPORT = PROJECT_DIR / "python" / "service_kpis" / "reporting"


def exposures() -> dict[str, set[str]]:
    """Give the models that each exposure names."""
    text = (PROJECT_DIR / "models" / "exposures.yml").read_text(encoding="utf-8")
    found = {}
    for exposure in yaml.safe_load(text)["exposures"]:
        named = [re.fullmatch(r"ref\('(\w+)'\)", each) for each in exposure["depends_on"]]
        assert all(named)
        found[exposure["name"]] = {each[1] for each in named if each}
    return found


def loaded(folder: Path) -> list[dict[str, object]]:
    files = sorted(folder.rglob("*.yaml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


def test_the_dashboard_reads_what_its_exposure_names() -> None:
    datasets = loaded(DASHBOARD / "datasets")
    assert {(each["schema"], each["sql"]) for each in datasets} == {("marts", None)}
    tables = {str(each["table_name"]) for each in datasets}
    assert exposures()["superset_customer_service_kpis"] == tables


def test_every_dataset_of_the_dashboard_has_a_chart() -> None:
    datasets = {each["uuid"] for each in loaded(DASHBOARD / "datasets")}
    assert {each["dataset_uuid"] for each in loaded(DASHBOARD / "charts")} == datasets


def test_the_report_reads_what_its_exposure_names() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in REPORT.rglob("*.py"))
    named = re.findall(r"\bmarts\.(\w+)|\"((?:fct|dim|daily|mart)_\w+)\"", code)
    assert exposures()["report"] == {table or quoted for table, quoted in named}


def test_the_dashboard_is_read_only_and_names_nobodys_path() -> None:
    [database] = loaded(DASHBOARD / "databases")
    assert database["sqlalchemy_uri"] == (
        "duckdb:////path/to/warehouse/service_kpis.duckdb?access_mode=read_only"
    )
    assert not database["allow_dml"]
