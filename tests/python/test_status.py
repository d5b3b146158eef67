"""`status`: one line that says whether the figures can be trusted today, and what it stands on."""

from datetime import datetime, timedelta

import duckdb
import pytest

from landing_helpers import write
from service_kpis import cli, publishing, state
from service_kpis.command import invoke
from service_kpis.freshness import Landed
from service_kpis.landing import land, remove
from service_kpis.progress import Progress
from service_kpis.status import read_status
from torture.hand_made import build, built, checks, dbt_ran, make


def failed(name, severity):
    return {
        "name": name,
        "severity": severity,
        "passed": False,
        "failed_rows": 1,
        "message": f"{name} failed.",
    }


@pytest.fixture
def warehouse(tmp_path):
    """Published as build 1, of 2025-01-31 19:00 in Paris."""
    warehouse = make(tmp_path / "w")
    built(warehouse, 1)
    publishing.publish(warehouse, Progress())
    return warehouse


def told(warehouse):
    found = read_status(warehouse)
    return found.verdict, found.sentence


def test_a_published_build_that_passed_is_current(warehouse):
    assert told(warehouse) == (
        "current",
        "Published just now, as of 2025-01-31 19:00, its check passed.",
    )


@pytest.mark.parametrize(
    ("changes", "verdict", "sentence"),
    [
        ({"build": None}, "unpublished", "The last build did not finish."),
        (
            {"build": build("build 2", passed=False) | {"failed": [failed("fct_calls", "error")]}},
            "failed",
            "The last build failed: fct_calls.",
        ),
        ({"build": build("build 2", is_whole=False)}, "unpublished", "of a selection"),
        ({"build": build("build 2")}, "unpublished", "is not checked"),
        (
            {
                "checks": checks("build 1", passed=False)
                | {"failed": [failed("raw.calls.order", "warn"), failed("a.b", "error")]}
            },
            "failed",
            "A check failed: a.b.",
        ),
        (
            {"build": build("build 2"), "checks": checks("build 2")},
            "unpublished",
            "passed and is not published",
        ),
    ],
)
def test_what_is_newer_and_not_published_comes_first(warehouse, changes, verdict, sentence):
    state.update(warehouse, changes)
    got, line = told(warehouse)
    assert (got, sentence in line) == (verdict, True), line
    assert line.endswith("Readers see what was published just now, as of 2025-01-31 19:00.")
    warehouse.published.unlink()
    assert told(warehouse)[1].startswith("Not published. ")


def test_a_build_of_rows_that_were_removed_is_not_to_be_published(warehouse):
    unpublished = {"build": build("build 2"), "checks": checks("build 2")}
    state.update(warehouse, unpublished | {"rows_gone_at": "2025-01-31T19:00:00Z"})
    verdict, line = told(warehouse)
    assert verdict == "unpublished"
    assert "is not published. Rows were removed since: run `service-kpis build`" in line


def test_warnings_are_counted_and_named(warehouse):
    warned = checks("build 1") | {"count": 9, "failed": [failed("raw.calls.order", "warn")]}
    state.update(warehouse, {"checks": warned})
    found = read_status(warehouse)
    assert found.sentence.endswith("8 of 9 checks passed, 1 warning.")
    assert found.as_dict()["checks"]["warnings"] == ["raw.calls.order"]
    assert found.as_dict()["checks"]["failed"] == []
    state.update(warehouse, {"checks": warned | {"failed": warned["failed"] * 2}})
    assert told(warehouse)[1].endswith("7 of 9 checks passed, 2 warnings.")
    state.update(warehouse, {"checks": warned | {"count": 2, "failed": []}})
    assert told(warehouse)[1].endswith("all 2 checks passed.")


def test_rows_that_landed_after_the_build_make_it_outdated(warehouse):
    with warehouse.connect() as connection:
        landed(connection, "acme", datetime(2025, 1, 31), days=1)
        connection.execute("update raw.calls set _landed_at = '2025-01-31 18:00'")
    assert told(warehouse)[0] == "current"  # built at 18:00
    with warehouse.connect() as connection:
        connection.execute("update raw.calls set _landed_at = '2025-01-31 19:00'")
    assert told(warehouse) == (
        "outdated",
        "Published just now, as of 2025-01-31 19:00, its check passed. "
        "Rows landed since: run `service-kpis run`.",
    )


def test_rows_that_went_after_the_build_make_it_outdated(warehouse, tmp_path):
    """By `remove`, or by a file that replaces the one before; nothing goes in a rehearsal."""

    def source(name, *calls):
        rows = "".join(f"{each},inbound,2025-01-30 10:00,2025-01-30 10:05\n" for each in calls)
        header = "call_id,direction,started_at,ended_at\n"
        mapped = "{files: calls.csv, mode: replace}"
        about = f"name: {name}\ntimezone: UTC\ntables:\n  calls: {mapped}\n"
        return write(tmp_path / name, {"source.yml": about, "calls.csv": header + rows})

    def told_after(verb, *arguments, **options):
        with warehouse.locked():
            verb(warehouse, *arguments, **options)
        verdict, sentence = told(warehouse)
        return verdict, sentence.partition("passed. ")[2]

    def built_since():
        state.update(warehouse, {"rows_gone_at": "2025-01-31T18:00:00Z"})  # built at 18:00
        assert told(warehouse)[0] == "current"

    with warehouse.locked():
        land(warehouse, [source("whole", 1, 2), source("other", 3)])
    with warehouse.connect() as connection:
        connection.execute("update raw.calls set _landed_at = '2025-01-31 17:00'")
    removed = "Rows were removed since: run `service-kpis "
    assert told_after(land, [source("whole", 1, 2)])[0] == "current"
    assert told_after(land, [source("whole", 1)], dry_run=True)[0] == "current"
    assert told_after(land, [source("whole", 1)]) == ("outdated", f"{removed}run`.")
    built_since()
    assert told_after(remove, "other") == ("outdated", f"{removed}run`.")
    built_since()
    without = f"{removed}build`, `validate` and `publish`."
    assert told_after(remove, "whole") == ("outdated", without)


def landed(connection, source, last, *, days):
    """Land a call a day, the last one on `last`."""
    connection.execute("create schema if not exists raw")
    connection.execute(
        "create table if not exists raw.calls (_source text, _landed_at timestamp, "
        "started_at timestamp)"
    )
    connection.execute(
        "create table if not exists raw.sources (source_name text, landed_at timestamp)"
    )
    connection.executemany(
        "insert into raw.calls values (?, '2025-01-31', ?)",
        [[source, last - timedelta(days=day)] for day in range(days)],
    )
    connection.execute("insert into raw.sources values (?, '2025-01-31 12:00')", [source])


def test_a_source_that_had_calls_daily_and_has_none_for_a_week_is_quiet(warehouse):
    # as_of is the 31st: the 24th is a week before, the 23rd longer; 14 days are no habit, 15 are,
    # and 15 calls of one day are one day.
    with warehouse.connect() as connection:
        for name, last, days in (
            ("usual", datetime(2025, 1, 24, 18), 20),
            ("quiet", datetime(2025, 1, 23), 15),
            ("rare", datetime(2025, 1, 23), 14),
        ):
            landed(connection, name, last, days=days)
        for _ in range(15):
            landed(connection, "busy", datetime(2025, 1, 23), days=1)
    found = {each.source: each for each in read_status(warehouse).landed}
    assert {name: each.is_quiet for name, each in found.items()} == {
        "usual": False,
        "quiet": True,
        "rare": False,
        "busy": False,
    }
    assert found["usual"] == Landed(
        source="usual",
        table="calls",
        rows=20,
        latest=datetime(2025, 1, 24, 18),
        changed_at=datetime(2025, 1, 31),
        landed_at=datetime(2025, 1, 31, 12),
        is_quiet=False,
    )


def test_changed_vars_own_seeds_and_kept_files_are_told(warehouse):
    built(warehouse, 2)
    changed = build("build 2") | {"vars": {"fcr_window_days": 3, "nps_dedupe": "all"}}
    state.update(warehouse, {"build": changed, "seeds_given": ["calendar_days"]})
    publishing.publish(warehouse, Progress())
    found = read_status(warehouse).as_dict()
    assert found["build"]["changed_vars"] == {"fcr_window_days": 3}
    assert found["build"]["own_seeds"] == ["calendar_days"]
    assert [each["id"] for each in found["kept"]] == ["build 1"]
    assert found["kept"][0]["bytes"] == warehouse.kept[0].stat().st_size


def test_a_file_that_another_run_renames_meanwhile_is_told_without_its_size(
    warehouse, monkeypatch, capsys
):
    def read_and_renamed(path):
        found = read(path)
        path.rename(path.with_suffix(".renamed"))
        return found

    read = publishing.publication
    monkeypatch.setattr("service_kpis.status.publication", read_and_renamed)
    code = invoke(cli.app, ["status", "--warehouse", str(warehouse.folder)])
    assert code == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if "build build 1" in line]
    assert line.startswith("Published")


def test_what_another_process_holds_leaves_the_rest_told(warehouse):
    dbt_ran(warehouse, "build 1")
    with duckdb.connect(warehouse.build, config={"threads": 1}):
        # The same process with another configuration is refused as another process is.
        found = read_status(warehouse)
    assert found.landed is None
    assert found.troubles
    assert found.published
    assert found.verdict == "current"


def test_nothing_at_all_is_empty(tmp_path):
    found = read_status(type(make(tmp_path / "w"))(tmp_path / "nothing"))
    assert (found.verdict, found.sentence) == (
        "empty",
        "Nothing is landed. Run `service-kpis run`.",
    )
    assert not (tmp_path / "nothing").exists()
