"""A user's own seeds: taken beside the shipped ones, or refused with the reason."""

import csv

import pytest

from service_kpis import seeds
from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@pytest.fixture
def warehouse(tmp_path):
    (tmp_path / "warehouse").mkdir()
    return Warehouse(tmp_path / "warehouse")


def given(tmp_path, **files):
    folder = tmp_path / "own"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_without_own_seeds_the_project_itself_is_built(warehouse):
    assert seeds.project_dir(warehouse) == PROJECT_DIR


def test_own_seed_stands_beside_shipped_ones_and_lacks_no_column(warehouse, tmp_path):
    folder = given(tmp_path, kpi_targets="\ufefftarget,kpi_key\n0.9,service_level\n")
    assert seeds.take(warehouse, folder) == ["kpi_targets"]
    project = seeds.project_dir(warehouse)
    assert project != PROJECT_DIR
    rows = list(csv.reader((project / "seeds" / "kpi_targets.csv").open(encoding="utf-8")))
    assert rows == [["kpi_key", "target", "target_on"], ["service_level", "0.9", ""]]
    for shipped in (PROJECT_DIR / "seeds").glob("*.csv"):
        if shipped.name != "kpi_targets.csv":
            assert (project / "seeds" / shipped.name).read_bytes() == shipped.read_bytes()
    assert (project / "models").resolve() == PROJECT_DIR / "models"
    assert (folder / "kpi_targets.csv").read_text(encoding="utf-8").startswith("\ufefftarget")


def test_shipped_folder_brings_shipped_seeds_back(warehouse, tmp_path):
    seeds.take(warehouse, given(tmp_path, kpi_targets="kpi_key,target\nservice_level,0.9\n"))
    seeds.take(warehouse, PROJECT_DIR / "seeds")
    assert seeds.project_dir(warehouse) == PROJECT_DIR


def test_a_file_that_would_be_passed_over_is_refused(warehouse, tmp_path):
    folder = given(tmp_path)
    (folder / "README.md").write_text("What we changed.", encoding="utf-8")
    assert seeds.take(warehouse, folder) == []
    (folder / "kpi_targets.CSV").write_text("kpi_key,target\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"kpi_targets\.CSV is no seed.*kpi_targets\.csv"):
        seeds.take(warehouse, folder)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"kpi_target": "kpi_key,target\n"}, "is no seed.*kpi_targets"),
        ({"kpi_targets": "kpi_key,goal\n"}, "`goal`.*kpi_key, target, target_on"),
        ({"kpi_targets": "kpi_key,target,target\n"}, "`target` twice"),
        ({"kpi_targets": "target\n0.9\n"}, "lacks the column `kpi_key`"),
        ({"kpi_targets": "kpi_key,target\nservice_level\n"}, "data row 1: 1 fields"),
    ],
)
def test_refused_seeds_leave_the_kept_ones(warehouse, tmp_path, files, told):
    with pytest.raises(InputError, match=told):
        seeds.take(warehouse, given(tmp_path, **files))
    assert seeds.project_dir(warehouse) == PROJECT_DIR
