"""`diff`: what changed between two published files, told apart from the noise of last digits."""

import csv
import io
import json
import sys
from datetime import date

import duckdb
import pytest

from service_kpis import cli, publishing, state
from service_kpis.command import invoke
from service_kpis.comparing import Cell, Edit, compare, file_before
from service_kpis.errors import InputError
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse
from torture.hand_made import build, checks, dbt_ran

CATALOGUE = """
    create or replace table marts.kpi_catalogue as
    from (values
        ('service_level', 'Service level', 'd', 'met / offered', 'ratio', 'up', 0.8, null::date),
        ('calls_offered', 'Calls offered', 'd', 'calls', 'count', null, null, null),
        ('review_burst', 'Review burst', 'd', 'flag', 'flag', 'down', null, null)
    ) as t(kpi_key, label_en, definition, formula, unit, direction, target, target_on)
"""
BEFORE = [
    ("service_level", "month", "2025-01-01", "all", "all", 0.80, 1000),
    ("service_level", "month", "2025-01-01", "agent", "a1", 0.50, 10),
    ("service_level", "month", "2025-01-01", "agent", "gone", 0.70, 10),
    ("service_level", "day", "2025-01-01", "all", "all", 0.10, 10),
    ("calls_offered", "month", "2025-01-01", "all", "all", 1000.0, 1000),
    ("review_burst", "day", "2025-01-01", "platform", "maps", None, 3),
]
AFTER = [
    ("service_level", "month", "2025-01-01", "all", "all", 0.79, 1010),
    ("service_level", "month", "2025-01-01", "agent", "a1", 0.75, 12),
    ("service_level", "month", "2025-02-01", "all", "all", 0.81, 900),
    ("service_level", "day", "2025-01-01", "all", "all", 0.20, 10),
    # a sum of floats in another order: 2e-10 of it is noise
    ("calls_offered", "month", "2025-01-01", "all", "all", 1000.0000002, 1000),
    ("review_burst", "day", "2025-01-01", "platform", "maps", 1.0, 3),
]


def publish(warehouse, build_id, cells, catalogue=CATALOGUE, **changes):
    with warehouse.connect() as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute("create schema if not exists marts")
        connection.execute(catalogue)
        connection.execute(
            "create or replace table marts.kpi_values (kpi_key text, grain text, "
            "period_start date, dimension text, dimension_value text, value double, "
            "sample_size bigint)"
        )
        connection.executemany("insert into marts.kpi_values values (?, ?, ?, ?, ?, ?, ?)", cells)
    dbt_ran(warehouse, build_id)
    state.update(warehouse, {"build": {**build(build_id), **changes}, "checks": checks(build_id)})
    publishing.publish(warehouse, Progress())


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    warehouse = Warehouse(tmp_path_factory.mktemp("diff"))
    publish(warehouse, "first", BEFORE, vars={"answer_threshold_seconds": 20})
    publish(
        warehouse,
        "second",
        AFTER,
        CATALOGUE.replace("0.8,", "0.9,"),
        vars={"answer_threshold_seconds": 30},
    )
    return warehouse


def compared(warehouse, **options):
    return compare(file_before(warehouse), warehouse.published, **options)


def test_cells_that_are_new_gone_or_moved_are_counted_and_noise_is_not(warehouse):
    found = compared(warehouse)
    assert (found.before.id, found.after.id) == ("first", "second")
    counts = {each.kpi_key: (each.same, each.added, each.gone, each.changed) for each in found.kpis}
    # Months of the service level; days of the burst, which has no months. The day of the
    # service level moved, too, and is in its month. Calls moved by 2e-10 of themselves.
    assert counts == {"review_burst": (0, 0, 0, 1), "service_level": (0, 1, 1, 2)}


def test_more_than_a_billionth_is_a_change_and_a_fall_is_as_great_as_a_rise(tmp_path):
    """5e-10 and 2e-9 of the value; −8 is further than 3."""
    queue = ("calls_offered", "month", "2025-01-01", "queue")
    warehouse = Warehouse(tmp_path)
    was = {"noise": 1000.0, "moved": 1000.0, "rise": 10.0, "fall": 10.0}
    now = {"noise": 1000.0000005, "moved": 1000.000002, "rise": 13.0, "fall": 2.0}
    for build_id, cells in (("first", was), ("second", now)):
        publish(warehouse, build_id, [(*queue, name, value, 9) for name, value in cells.items()])
    found = compared(warehouse)
    [offered] = found.kpis
    assert (offered.same, offered.changed, offered.largest.dimension_value) == (1, 3, "fall")
    assert [each.dimension_value for each in found.cells] == ["fall", "rise", "moved"]


def test_a_kpi_that_is_gone_keeps_its_name_and_is_counted_by_its_months(tmp_path):
    warehouse = Warehouse(tmp_path)
    publish(warehouse, "first", BEFORE)
    others = [each for each in AFTER if each[0] != "service_level"]
    publish(warehouse, "second", others, f"{CATALOGUE} where kpi_key <> 'service_level'")
    found = compared(warehouse, kpi="service_level")
    [level] = found.kpis
    assert (level.label, level.unit, level.gone, level.largest) == (
        "Service level",
        "ratio",
        3,
        None,
    )
    assert found.edits == [Edit("definition", "service_level", "Service level", None)]


def test_the_largest_change_is_named_and_wholes_come_first(warehouse):
    found = compared(warehouse, kpi="service_level")
    [level] = found.kpis
    assert level.largest == Cell(
        kpi_key="service_level",
        grain="month",
        period_start=date(2025, 1, 1),
        dimension="agent",
        dimension_value="a1",
        what="changed",
        before=0.50,
        after=0.75,
        change=0.25,
        sample_size_before=10,
        sample_size_after=12,
    )
    assert [(each.what, each.dimension, each.period_start.month) for each in found.cells] == [
        ("changed", "all", 1),
        ("added", "all", 2),
        ("changed", "agent", 1),
        ("gone", "agent", 1),
    ]


def test_a_value_known_on_one_side_is_changed_without_a_difference(warehouse):
    [burst] = [each for each in compared(warehouse).kpis if each.kpi_key == "review_burst"]
    assert burst.largest is None
    [cell] = compared(warehouse, kpi="review_burst").cells
    assert (cell.what, cell.before, cell.after, cell.change) == ("changed", None, 1.0, None)


def test_a_grain_looks_at_its_periods_alone(warehouse):
    assert [(each.kpi_key, each.grain) for each in compared(warehouse, grain="day").cells] == [
        ("review_burst", "day"),
        ("service_level", "day"),
    ]


def test_definitions_variables_and_seeds_that_differ_are_told(warehouse):
    found = compared(warehouse)
    assert found.knows_settings
    assert found.edits == [
        Edit("definition", "service_level.target", "0.8", "0.9"),
        Edit("variable", "answer_threshold_seconds", "20", "30"),
    ]


def test_a_file_of_an_earlier_version_says_nothing_of_its_settings(warehouse, tmp_path):
    older = tmp_path / "older.duckdb"
    older.write_bytes(warehouse.kept[0].read_bytes())
    with duckdb.connect(older) as connection:
        connection.execute(
            "create or replace macro marts.publication() as table select 'first' as build_id, "
            "'2025-01-31T18:00:00Z' as published_at, null::text as as_of"
        )
    found = compare(older, warehouse.published)
    assert (found.knows_settings, [each.kind for each in found.edits]) == (False, ["definition"])


def test_a_file_that_is_none_and_a_kpi_that_is_not_there_are_refused(warehouse, tmp_path):
    (tmp_path / "notes.duckdb").write_text("notes")
    for path, told in (
        (tmp_path / "no.duckdb", "is not there"),
        (tmp_path / "notes.duckdb", "did not make"),
    ):
        with pytest.raises(InputError, match=told):
            compare(path, warehouse.published)
    with pytest.raises(InputError, match=r"no KPI service_leve\. There are: calls_offered"):
        compared(warehouse, kpi="service_leve")


def told(capsys, *arguments):
    code = invoke(cli.app, ["diff", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_the_command_prints_people_csv_and_json_the_same(warehouse, capsys):
    at = ("--warehouse", warehouse.folder)
    code, text = told(capsys, *at)
    assert code == 0
    assert "service_level.target" in text
    assert [line.split() for line in text.splitlines() if line.startswith("service_level ")] == [
        [
            "service_level",
            *["1", "1", "2", "50.0%", "→", "75.0%", "January", "2025,", "agent", "a1"],
        ]
    ]
    code, text = told(capsys, *at, "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kpi_key"], row["what"]) for row in rows] == [
        ("review_burst", "changed"),
        ("service_level", "changed"),
        ("service_level", "added"),
        ("service_level", "changed"),
        ("service_level", "gone"),
    ]
    code, text = told(capsys, *at, "--json", "--limit", 1)
    found = json.loads(text)["diff"]
    assert (found["before"]["id"], found["after"]["id"], len(found["cells"])) == (
        "first",
        "second",
        1,
    )
    assert found["kpis"][1]["largest"]["period_start"] == "2025-01-01"


def test_a_terminal_that_lacks_a_letter_sees_another(warehouse, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="latin-1"))
    assert invoke(cli.app, ["diff", "--warehouse", str(warehouse.folder)]) == 0
    sys.stdout.flush()
    assert "50.0% ? 75.0%" in written.getvalue().decode("latin-1")


def test_without_a_file_before_a_sentence_says_so(tmp_path, capsys):
    warehouse = Warehouse(tmp_path)
    assert told(capsys, "--warehouse", tmp_path) == (
        0,
        "Nothing is published yet, so there is nothing to compare.\n",
    )
    publish(warehouse, "first", BEFORE)
    code, text = told(capsys, "--warehouse", tmp_path)
    assert (code, text) == (
        0,
        "No file was published before this one, so there is nothing to compare.\n",
    )
    same = compare(warehouse.published, warehouse.published)
    assert (same.cells, same.kpis, same.edits) == ([], [], [])


def test_csv_with_nothing_to_compare_has_no_sentence_in_it(tmp_path, capsys):
    for expected in ("Nothing is published yet", "No file was published before"):
        assert invoke(cli.app, ["diff", "--warehouse", str(tmp_path), "--csv"]) == 0
        text = capsys.readouterr()
        assert (text.out, expected in text.err) == ("", True)
        publish(Warehouse(tmp_path), "first", BEFORE)


def test_a_spreadsheet_runs_nothing_of_the_csv(tmp_path, capsys):
    """A formula as the name of a queue is written as a text; a negative figure stays one."""
    named = [*BEFORE[0][:3], "queue", '=cmd|"/c calc"!A1']
    publish(Warehouse(tmp_path), "first", [(*named, 3.0, 4)])
    publish(Warehouse(tmp_path), "second", [(*named, 1.0, 4)])
    _, text = told(capsys, "--warehouse", tmp_path, "--csv")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["dimension_value"], row["change"]) == ("'" + named[4], "-2.0")
