"""Publishing: whole or not at all, refused after a failed check, and one way back."""

import duckdb
import pytest

from service_kpis import publishing, state
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path):
    warehouse = Warehouse(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create schema raw")
        connection.execute("create table raw.parties as select 'phone' as kind")
        connection.execute("create table marts.kpi_values as select 1 as value")
        connection.execute("create table marts.int_hidden as select 1 as value")
        connection.execute("comment on table marts.kpi_values is 'One row; it''s a cell'")
        connection.execute("comment on column marts.kpi_values.value is 'numerator / denominator'")
    passed(warehouse, "first")
    return warehouse


def passed(warehouse, build_id, **changes):
    build = {"id": build_id, "passed": True, "is_whole": True, "at": "", "vars": {}} | changes
    checks = {"build_id": build_id, "passed": True, "at": "", "count": 1, "failed": []}
    state.update(warehouse, {"build": build, "checks": checks})


def set_value(warehouse, value):
    with warehouse.connect() as connection:
        connection.execute("update marts.kpi_values set value = ?", [value])


def read_value(path):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute("select value from marts.kpi_values").fetchone()[0]


def test_published_file_holds_the_marts_alone_with_their_comments(warehouse):
    published = publishing.publish(warehouse, Progress())
    assert published["id"] == "first"
    with duckdb.connect(warehouse.published, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
        ).fetchall()
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'kpi_values'"
        ).fetchall()
    assert tables == [("marts", "kpi_values", "One row; it's a cell")]
    assert columns == [("value", "numerator / denominator")]
    assert sorted(path.name for path in warehouse.folder.glob("service_kpis*")) == [
        "service_kpis.duckdb"
    ]


def test_readers_keep_the_file_that_they_opened(warehouse):
    publishing.publish(warehouse, Progress())
    with warehouse.published.open("rb") as reader:
        before = warehouse.published.read_bytes()
        set_value(warehouse, 2)
        passed(warehouse, "second")
        publishing.publish(warehouse, Progress())
        assert reader.read() == before
    assert read_value(warehouse.published) == 2
    assert read_value(warehouse.previous) == 1


def test_rollback_goes_back_once(warehouse):
    publishing.publish(warehouse, Progress())
    set_value(warehouse, 2)
    passed(warehouse, "second")
    publishing.publish(warehouse, Progress())
    assert publishing.rollback(warehouse)["id"] == "first"
    assert read_value(warehouse.published) == 1
    assert state.read(warehouse)["published"]["id"] == "first"
    with pytest.raises(InputError, match="nothing to go back to"):
        publishing.rollback(warehouse)


def test_a_build_published_twice_is_rolled_back_to_the_one_before(warehouse):
    publishing.publish(warehouse, Progress())
    set_value(warehouse, 2)
    passed(warehouse, "second")
    publishing.publish(warehouse, Progress())
    publishing.publish(warehouse, Progress())
    assert publishing.rollback(warehouse)["id"] == "first"
    assert read_value(warehouse.published) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"build": None}, "no finished build"),
        ({"build": {"id": "first", "passed": False, "is_whole": True}}, "build failed"),
        ({"build": {"id": "first", "passed": True, "is_whole": False}}, "selection"),
        ({"build": {"id": "later", "passed": True, "is_whole": True}}, "not validated"),
        ({"checks": None}, "not validated"),
        ({"checks": {"build_id": "first", "passed": False}}, "A check of the last build failed"),
    ],
)
def test_what_has_not_passed_is_refused_and_the_old_file_stays(warehouse, changes, told):
    publishing.publish(warehouse, Progress())
    before = warehouse.published.read_bytes()
    state.update(warehouse, changes)
    with pytest.raises(CheckFailedError, match=told):
        publishing.publish(warehouse, Progress())
    assert warehouse.published.read_bytes() == before
    assert not warehouse.previous.exists()


def test_a_publish_that_fails_midway_leaves_the_old_file_and_no_draft(warehouse, monkeypatch):
    publishing.publish(warehouse, Progress())
    before = warehouse.published.read_bytes()

    def fail(connection, draft):
        draft.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "_write_marts", fail)
    with pytest.raises(OSError, match="No space"):
        publishing.publish(warehouse, Progress())
    assert warehouse.published.read_bytes() == before
    assert not list(warehouse.folder.glob("*.tmp"))
