"""The command line's doors: exit codes, streams, and the one object of `--json`."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest
import typer

from service_kpis import cli, landing
from service_kpis.command import invoke
from service_kpis.errors import MachineError
from service_kpis.warehouse import Warehouse

KEYS = [
    "command",
    "exit_code",
    "seconds",
    "error",
    "sources",
    "build",
    "checks",
    "published",
    "report",
]
CALLS = "call_id,direction,started_at,ended_at\n1,inbound,2025-01-06 09:00,2025-01-06 09:05\n"


def run(capsys, *arguments):
    """Run a command; gives its exit code, its object where it is alone on stdout, and stderr."""
    code = invoke(cli.app, [*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    told = json.loads(out)
    assert list(told) == [*KEYS, *(name for name in ("status", "diff") if name in arguments)]
    assert told["exit_code"] == code
    return code, told, err


def source(tmp_path, text=CALLS):
    folder = tmp_path / "telephony"
    folder.mkdir()
    (folder / "calls.csv").write_text(text, encoding="utf-8")
    return folder


def test_every_command_takes_the_common_options_and_shows_an_example():
    for name, command in typer.main.get_command(cli.app).commands.items():
        assert "Example: service-kpis " + name in command.help
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--warehouse", "--json", "--debug"} <= options


def test_without_a_command_it_helps_and_tells_its_version(capsys):
    assert invoke(cli.app, []) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: service-kpis")
    assert err == ""
    assert invoke(cli.app, ["--version"]) == 0
    assert capsys.readouterr().out == f"service-kpis {version('service-kpis')}\n"


def test_the_list_of_commands_tells_each_in_full(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert invoke(cli.app, []) == 0
    out = capsys.readouterr().out
    assert "..." not in out.partition("Commands:")[2]
    for name, command in typer.main.get_command(cli.app).commands.items():
        first_line = command.help.splitlines()[0]
        assert f"  {name:<8}  {first_line}\n" in out


def test_what_the_parser_refuses_is_a_sentence_with_a_next_step(capsys):
    for arguments, sentence in (
        (["statuz"], "No such command 'statuz'. Did you mean 'status'? See"),
        (["--warehouse", "w", "status"], "--warehouse: options stand behind the command. See"),
        (["diff", "--grain", "months"], "Invalid value for '--grain': 'months' is not one of"),
    ):
        assert invoke(cli.app, arguments) == 2
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "No such command"),
        (["rejects", "--foo"], "No such option: --foo"),
        (["land"], "Name a SOURCE"),
        (["remove"], "Missing argument"),
        (["rejects", "--table", "call"], "There is no table call"),
        (["rejects", "--csv"], "exclude each other"),
        (["build", "--vars", "{fcr_window: 3}"], "fcr_window_days"),
        (["build", "--seeds", "nowhere"], "is no folder"),
        (["forget", "+33123456789"], "Nothing is landed|Nobody is known"),
        (["land", "nowhere"], "nowhere does not exist"),
        (["remove", "acme"], "acme|no sources"),
        (["rollback"], "nothing to go back to"),
        (["report"], "Nothing is published"),
        (["validate"], "nothing to check"),
        (["generate"], "Missing option"),
    ],
)
def test_wrong_usage_is_exit_2_and_a_sentence(capsys, tmp_path, arguments, told):
    code, outcome, err = run(capsys, *arguments, "--warehouse", tmp_path / "warehouse")
    assert code == 2
    assert any(word in outcome["error"] for word in told.split("|"))
    assert outcome["error"] in err
    assert "Traceback" not in err


def test_publish_before_anything_is_a_failed_check(capsys, tmp_path):
    code, outcome, _ = run(capsys, "publish", "--warehouse", tmp_path)
    assert code == 1
    assert "no finished build" in outcome["error"]


def test_land_gives_the_account_and_rejects_tells_why(capsys, tmp_path):
    folder = source(tmp_path, CALLS + "2,sideways,2025-01-06 10:00,2025-01-06 10:05\n")
    code, outcome, _ = run(capsys, "land", folder, "--warehouse", tmp_path / "warehouse")
    account = {
        "source": "telephony",
        "table": "calls",
        "file": "calls.csv",
        "read": 2,
        "inserted": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "left_out": 0,
        "left_out_null": 0,
    }
    assert (code, outcome["sources"]) == (0, [account])
    code, outcome, _ = run(capsys, "rejects", "--warehouse", tmp_path / "warehouse")
    assert [each["rejected"] for each in outcome["sources"]] == [1]
    assert invoke(cli.app, ["rejects", "--csv", "--warehouse", str(tmp_path / "warehouse")]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("source_name,table_name,file_name,row_number,column_name,value")
    assert row.startswith("telephony,calls,calls.csv,2,direction,sideways")


def test_a_second_source_that_is_refused_leaves_the_account_of_the_first(capsys, tmp_path):
    second = tmp_path / "helpdesk"
    second.mkdir()
    (second / "tickets.csv").write_text("number\n1\n", encoding="utf-8")
    (second / "source.yml").write_text(
        "name: helpdesk\ntables:\n  tickets: {files: tickets.csv, columns: {ticket_id: nmber}}\n",
        encoding="utf-8",
    )
    code, outcome, _ = run(capsys, "land", source(tmp_path), second, "--warehouse", tmp_path / "w")
    assert code == 2
    assert [(each["source"], each["inserted"]) for each in outcome["sources"]] == [("telephony", 1)]
    _, outcome, _ = run(capsys, "status", "--warehouse", tmp_path / "w")
    assert [each["source"] for each in outcome["sources"]] == ["telephony"]


def test_strict_and_dry_run_land_nothing(capsys, tmp_path):
    folder = source(tmp_path, CALLS + "2,sideways,2025-01-06 10:00,2025-01-06 10:05\n")
    warehouse = tmp_path / "warehouse"
    assert run(capsys, "land", folder, "--strict", "--warehouse", warehouse)[0] == 1
    assert run(capsys, "land", folder, "--dry-run", "--warehouse", warehouse)[0] == 0
    assert run(capsys, "status", "--warehouse", warehouse)[1]["sources"] == []


def test_a_warehouse_in_use_is_exit_3_and_names_the_process(tmp_path):
    with Warehouse(tmp_path).locked():
        finished = subprocess.run(
            [Path(sys.executable).with_name("service-kpis"), "publish", "--json"],
            env=os.environ | {"SERVICE_KPIS_WAREHOUSE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert finished.returncode == 3
    assert f"process {os.getpid()}" in json.loads(finished.stdout)["error"]


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(28, "No space left on device"), 4, "disk is full"),
        (ImportError("some.so: failed to map segment from shared object"), 4, "out of memory"),
        (OSError(30, "Read-only file system", "/w/.lock"), 4, "read-only"),
        (PermissionError(13, "Permission denied", "/w/.lock"), 4, "refused /w/.lock"),
        (duckdb.IOException("could not write: No space left on device"), 4, "disk is full"),
        (ImportError("some.so: failed to map segment from shared object"), 4, "out of memory"),
        (duckdb.FatalException("Read-only file system"), 4, "read-only"),
        (MemoryError(), 4, "out of memory"),
        (duckdb.OutOfMemoryException("Out of Memory Error"), 4, "out of memory"),
        (MachineError("The machine failed."), 4, "The machine failed."),
        (ValueError("secret-value"), 4, "--debug"),
    ],
)
def test_what_ends_a_command_becomes_its_code(  # noqa: PLR0913, PLR0917
    capsys, tmp_path, monkeypatch, error, code, told
):
    def fail(*_, **__):
        print("a library's chatter")
        raise error

    monkeypatch.setattr(landing, "remove", fail)
    got, outcome, err = run(capsys, "remove", "acme", "--warehouse", tmp_path)
    assert (got, told in outcome["error"]) == (code, True)
    assert "secret-value" not in outcome["error"] + err
    assert "Traceback" not in err
    assert "a library's chatter" in err


def test_status_answers_when_there_is_nothing_and_when_all_is_damaged(capsys, tmp_path):
    nothing = tmp_path / "nothing"
    code, outcome, _ = run(capsys, "status", "--warehouse", nothing)
    assert (code, outcome["build"], outcome["published"]) == (0, None, None)
    assert not nothing.exists()
    (tmp_path / "build.duckdb").write_text("no database")
    for damaged in ("{", "[]"):
        (tmp_path / "state.json").write_text(damaged)
        assert invoke(cli.app, ["status", "--warehouse", str(tmp_path)]) == 0
        out = capsys.readouterr().out
        assert "is it a DuckDB file?" in out
        assert "state.json is damaged" in out


@pytest.mark.parametrize(
    "state",
    [
        '{"build": 3}',
        '{"build": {}}',
        '{"checks": {"build_id": "b"}}',
        '{"build": {"id": "b", "at": "", "passed": true, "is_whole": true, "models": 1, '
        '"as_of": null, "vars": {}, "failed": [{"name": "unknown"}]}}',
        '{"vars": []}',
        "\udc80",
    ],
)
def test_status_answers_whatever_stands_in_its_state(capsys, tmp_path, state):
    (tmp_path / "state.json").write_text(state, encoding="utf-8", errors="surrogateescape")
    assert invoke(cli.app, ["status", "--warehouse", str(tmp_path)]) == 0
    assert "state.json is damaged" in capsys.readouterr().out


def test_status_answers_when_folders_stand_where_files_belong(capsys, tmp_path):
    for name in ("state.json", "build.duckdb", "service_kpis.duckdb"):
        (tmp_path / name).mkdir()
    assert invoke(cli.app, ["status", "--warehouse", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"The machine refused {tmp_path / 'state.json'}: Is a directory" in out
    assert "service_kpis.duckdb can't be read" in out


def test_status_tells_instants_with_their_zone(capsys, tmp_path):
    run(capsys, "land", source(tmp_path), "--warehouse", tmp_path / "w")
    assert invoke(cli.app, ["status", "--warehouse", str(tmp_path / "w")]) == 0
    out = capsys.readouterr().out
    assert "times in Europe/Paris" in out
    assert "2025-01-06 10:00 " in out  # 09:00 in UTC
    _, told, _ = run(capsys, "status", "--warehouse", tmp_path / "w")
    assert told["status"]["sources"][0]["latest"] == "2025-01-06T09:00:00Z"


def test_status_answers_on_a_database_of_another_kind(capsys, tmp_path):
    with Warehouse(tmp_path).connect() as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.calls as select 1 as number")
    assert invoke(cli.app, ["status", "--warehouse", str(tmp_path)]) == 0
    assert "no build of ours" in capsys.readouterr().out


def test_a_limit_that_is_no_size_is_wrong_usage(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("SERVICE_KPIS_MEMORY_LIMIT", "much")
    code, outcome, _ = run(capsys, "land", source(tmp_path), "--warehouse", tmp_path / "w")
    assert (code, "such as 4GB" in outcome["error"]) == (2, True)


def test_a_file_as_warehouse_is_wrong_usage(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, outcome, _ = run(capsys, "publish", "--warehouse", tmp_path / "file")
    assert (code, "is a file" in outcome["error"]) == (2, True)


def test_init_writes_beside_the_files_once(capsys, tmp_path):
    file = source(tmp_path) / "calls.csv"
    assert run(capsys, "init", file, "--warehouse", tmp_path / "w")[0] == 0
    before = (file.parent / "source.yml").read_bytes()
    code, outcome, _ = run(capsys, "init", file, "--warehouse", tmp_path / "w")
    assert code == 2
    assert "source.yml exists" in outcome["error"]
    assert (file.parent / "source.yml").read_bytes() == before
    # Whoever names the file now is not sent back to init.
    code, outcome, _ = run(capsys, "land", file, "--warehouse", tmp_path / "w")
    assert (code, "Give its folder" in outcome["error"]) == (2, True)


def test_init_names_what_is_no_file_to_read(capsys, tmp_path):
    folder = source(tmp_path)
    (folder / "notes.md").write_text("")
    for name, told in (
        (folder, "is a folder"),
        (folder / "nothing.csv", "does not exist"),
        (folder / "notes.md", "by its ending"),
    ):
        code, outcome, _ = run(capsys, "init", name, "--warehouse", tmp_path / "w")
        assert (code, told in outcome["error"]) == (2, True)
