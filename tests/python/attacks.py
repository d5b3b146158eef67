"""What a source.yml must not be able to say: expressions, queries and file names that reach out.

Each names something that must neither be read, nor be written, nor be set. `{secret}` stands for a
file outside the source's folder, `{target}` for one that must not come to be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import TracebackType

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.expressions import check_query, guarded

# Each as `(select 1 from X)` in an expression, and as `select * from X` in a query.
TABLES = (
    "'{secret}'",
    '"{secret}"',
    "read_text('{secret}')",
    "read_blob('{secret}')",
    "read_csv('{secret}')",
    "read_csv_auto('{secret}')",
    "read_json('{secret}')",
    "read_json_auto('{secret}')",
    "read_ndjson('{secret}')",
    "read_ndjson_objects('{secret}')",
    "read_json_objects('{secret}')",
    "read_parquet('{secret}')",
    "parquet_scan('{secret}')",
    "parquet_metadata('{secret}')",
    "parquet_schema('{secret}')",
    "parquet_file_metadata('{secret}')",
    "parquet_kv_metadata('{secret}')",
    "read_duckdb('{secret}')",
    "sniff_csv('{secret}')",
    "glob('/*')",
    "glob('../*')",
    "query('select 1')",
    "query_table('calls')",
    "query_table(['raw.calls'])",
    "duckdb_secrets()",
    "which_secret('s3://x', 's3')",
    "duckdb_settings()",
    "duckdb_tables()",
    "duckdb_databases()",
    "duckdb_functions()",
    "duckdb_extensions()",
    "duckdb_logs()",
    "duckdb_temporary_files()",
    "duckdb_variables()",
    "duckdb_external_file_cache()",
    "pragma_database_size()",
    "pragma_table_info('raw.calls')",
    "pragma_storage_info('raw.calls')",
    "pragma_show('raw.calls')",
    "pragma_version()",
    "pragma_user_agent()",
    "json_execute_serialized_sql('x')",
    "seq_scan('calls')",
    "pandas_scan(0)",
    "arrow_scan(0, 0, 0)",
    "python_map_function(0)",
    "repeat_row(1, num_rows=1)",
    "enable_logging()",
    "enable_profiling()",
    "disable_logging()",
    "truncate_duckdb_logs()",
    "checkpoint()",
    "force_checkpoint()",
    "summary((select 1))",
    "test_all_types()",
    "icu_calendar_names()",
    "pg_timezone_names()",
    "raw.calls",
    "raw.parties",
    "build.raw.parties",
    "main.sqlite_master",
    "sqlite_master",
    "sqlite_schema",
    "duckdb_columns",
    "pg_catalog.pg_tables",
    "pg_tables",
    "information_schema.tables",
    "temp._landing_judged",
    "_landing_judged",
    "postgres_scan('host=x', 'public', 't')",
    "sqlite_scan('{secret}', 't')",
    "read_xlsx('{secret}')",
    "st_read('{secret}')",
    "delta_scan('{secret}')",
    "iceberg_scan('{secret}')",
)
FUNCTIONS = (
    "getenv('HOME')",
    "getvariable('x')",
    "current_setting('home_directory')",
    "current_setting('secret_directory')",
    "current_database()",
    "current_schema()",
    "current_schemas(true)",
    "current_query()",
    "current_user()",
    "current_connection_id()",
    "txid_current()",
    "version()",
    "in_search_path('main', 'raw')",
    "nextval('s')",
    "currval('s')",
    "write_log('x')",
    "sleep_ms(10)",
    "pg_sleep(1)",
    "parse_duckdb_log_message('x', 'y')",
    "json_serialize_sql('select 1')",
    "json_serialize_plan('select 1')",
    "json_deserialize_sql('x')",
    "setseed(0.5)",
    "random()",
    "uuid()",
    "gen_random_uuid()",
    "error('x')",
    "get_block_size('build')",
    "has_table_privilege('raw.calls', 'select')",
    "obj_description(1, 'x')",
    "pg_get_viewdef(1)",
    "inet_client_addr()",
    "system.main.getenv('HOME')",
    "main.getenv('HOME')",
    "GetEnv('HOME')",
    "\"getenv\"('HOME')",
    "user",
    "current_user",
    "session_user",
    "current_catalog",
    "current_schema",
    "$1",
    "?",
    "$x",
    "default",
)
STATEMENTS = (
    "copy (select 1) to '{target}'",
    "copy raw.parties to '{target}'",
    "export database '{target}'",
    "attach '{target}' as x",
    "attach '{secret}' as x (type sqlite)",
    "detach build",
    "use raw",
    "install httpfs",
    "load httpfs",
    "force install spatial from 'http://x'",
    "set memory_limit = '1TB'",
    "set global enable_external_access = true",
    "reset lock_configuration",
    "pragma database_list",
    "pragma enable_profiling",
    "call enable_logging()",
    "create table x as select 1",
    "create or replace table raw.calls as select 1",
    "create temp macro f() as 1",
    "create secret s (type s3)",
    "create view v as select 1",
    "insert into raw.calls (call_id) values (1)",
    "update raw.calls set call_id = '1'",
    "delete from raw.calls",
    "drop table raw.calls",
    "truncate raw.calls",
    "alter table raw.calls add x int",
    "comment on table raw.calls is 'x'",
    "vacuum",
    "checkpoint",
    "begin",
    "commit",
    "rollback",
    "prepare p as select 1",
    "execute p",
    "deallocate p",
    "explain analyze select 1",
    "describe raw.calls",
    "show tables",
    "summarize raw.calls",
    "import database '{secret}'",
    "merge into raw.calls using raw.calls on true when matched then delete",
    "with x as (delete from raw.calls returning *) select * from x",
    "select 1; drop table raw.calls",
    "select 1;\nattach '{target}' as x",
    "select * from (describe raw.calls)",
    "select * from (show tables)",
    "select * from (summarize raw.calls)",
    "from raw.calls",
    "table raw.calls",
    "pivot raw.calls on direction",
    "unpivot raw.calls on call_id into name n value v",
    # A name made within a subquery, used outside of it, where it is a file.
    'select * from "{secret}" union all '
    'select * from (with "{secret}" as (select 1) select * from "{secret}")',
    "select * from _landing_judged, (with _landing_judged as (select 1) select 1)",
    "with sqlite_master as (select 1) select * from sqlite_master",
    "with recursive r as (select 1 union all select * from raw.calls) select * from r",
    "select (select max(x) from raw.parties as p(x)) from log",
    "select * from log where exists (select 1 from raw.parties)",
    "select * from log join raw.parties on true",
    "select * from log order by (select max(caller_hash) from raw.parties)",
    "select * from log limit (select count(*) from raw.parties)",
    "select * from log, lateral (select * from raw.parties)",
    "select max(call_id) filter (where (select true from raw.parties)) from log",
    "select * from log qualify row_number() over (order by getenv('HOME')) = 1",
    "select * from log group by getenv('HOME')",
    "select [getenv(x) for x in ['HOME']] from log",
    "select list_transform(['HOME'], lambda x: getenv(x)) from log",
    "values (getenv('HOME'))",
    "select * replace (getenv('HOME') as call_id) from log",
    "select columns(lambda c: getenv(c) is null) from log",
    "select * from range((select count(*) from raw.parties))",
    "select unnest((select list(caller_hash) from raw.parties))",
)
BROKEN_OUT = (
    "1) from raw.calls where (1=1",
    "1), (2",
    "1; drop table raw.calls",
    "1 /*",
    "1 -- \n from raw.calls",
    "'x' || (select 1",
    "1} , {{'v': 2",
    "*",
    "columns(*)",
    "1 as x",
    "1, 2",
    "1 from raw.calls",
    "1 where true",
    "1 union select 2",
    "1 order by 1",
    "1 limit 1",
    "distinct 1",
    "count(*)",
    "row_number() over ()",
    "unnest([1, 2])",
    "(select 1)",
    "exists (select 1)",
    "1 in (select 1)",
    "1\0; drop table raw.calls",
    "",
)


def expressions() -> list[str]:
    """Give what no expression of a column, `where` or `latest_by` may be."""
    return [*FUNCTIONS, *BROKEN_OUT[:-1], *(f"(select 1 from {table})" for table in TABLES)]


def queries() -> list[str]:
    """Give what no query over the relation `log` may be."""
    selects = (f"select * from {table}" for table in TABLES)
    calls = (f"select {call} as x from log" for call in FUNCTIONS if call != "user")
    return [*selects, *calls, *STATEMENTS]


class Attempts:
    """A connection as landing has it, with secrets about it that no attack may bring to light."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "secret.csv").write_text("SECRET\nSECRET\n", encoding="utf-8")
        (folder / "copies").mkdir()
        self.connection = duckdb.connect(folder / "build.duckdb")
        self.connection.execute(
            """
            create schema raw;
            create table raw.parties as select 'SECRET' as caller_hash;
            create table raw.calls as select 'SECRET' as call_id, 'inbound' as direction;
            create temp table _landing_input as
                select 1::bigint as _row, 'f' as _file, '1' as a, '2' as b;
            create temp table _landing_judged as select 'SECRET' as x;
            create temp table log as
                select '1' as number, '2025' as opened, '2026' as updated, 'a' as state;
            """
        )
        # As landing closes them (landing/stage.py), with the same settings.
        for setting in (
            f"allowed_directories = ['{folder / 'copies'}']",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "python_enable_replacements = false",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self.connection.execute(f"set {setting}")
        os.environ["SERVICE_KPIS_TEST_SECRET"] = "SECRET"  # noqa: S105
        self.state = self._state()

    def __enter__(self) -> Attempts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()
        shutil.rmtree(self.folder)
        del os.environ["SERVICE_KPIS_TEST_SECRET"]

    def is_refused(self, kind: str, text: str) -> bool:
        """Tell whether what stands in a source.yml is refused before it runs."""
        try:
            self._checked(kind, text)
        except InputError:
            return True
        return False

    def gets_out(self, kind: str, text: str) -> bool:
        """Tell whether an attack that is not refused shows a secret, or changes anything."""
        try:
            sql = self._checked(kind, text)
            shown = repr(self.connection.execute(sql).fetchall())
        except (InputError, duckdb.Error):
            shown = ""
        return "SECRET" in shown or self._state() != self.state

    def _checked(self, kind: str, text: str) -> str:
        """Give the SQL that landing would run; raises InputError."""
        filled = text.replace("{secret}", str(self.folder / "secret.csv"))
        filled = filled.replace("{target}", str(self.folder / "target.db"))
        filled = filled.replace("'HOME'", "'SERVICE_KPIS_TEST_SECRET'")
        if kind == "expression":
            piece, _ = guarded(self.connection, filled, "reason")
            return f"select _row, {piece} as value from _landing_input"
        check_query(self.connection, filled, ["log"], "query")
        return f"select * from ({filled}\n) as result"

    def disguised(self, kind: str, count: int, seed: int) -> Iterator[str]:
        """Draw attacks as somebody would hide them: in case, comments, blanks, harmless SQL."""
        draw = Random(seed)  # noqa: S311  no secret
        attacks = expressions() if kind == "expression" else queries()
        for _ in range(count):
            text = draw.choice(attacks)
            for _ in range(draw.randint(0, 3)):
                text = draw.choice(_DISGUISES)(text, draw)
            yield text

    def _state(self) -> tuple[object, ...]:
        """Give what an attack might change: files, tables, rows, settings."""
        run = self.connection.execute
        return (
            sorted(path.name for path in self.folder.rglob("*") if ".duckdb" not in path.name),
            run("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall(),
            run("select database_name from duckdb_databases()").fetchall(),
            run("select name, value from duckdb_settings() where name <> 'Calendar'").fetchall(),
            run("from raw.calls").fetchall(),
        )


def _mixed_case(text: str, draw: Random) -> str:
    # What stands in quotes is a path or a name: it must stay.
    parts = text.split("'")
    for place in range(0, len(parts), 2):
        parts[place] = "".join(draw.choice((m.lower(), m.upper())) for m in parts[place])
    return "'".join(parts) if '"' not in text and "{" not in text else text


_DISGUISES = (
    _mixed_case,
    lambda text, _: text.replace(" ", _blank(_)),
    lambda text, _: f"/* x */ {text}",
    lambda text, _: f"{text} /* ; */",
    lambda text, _: f"({text})",
    lambda text, _: f"coalesce(({text}), 1)",
    lambda text, _: f"case when true then ({text}) end",
    lambda text, _: f"try(({text}))",
    lambda text, _: f"{{'v': ({text})}}",
    lambda text, _: f"[({text})][1]",
    lambda text, _: f"cast(({text}) as varchar)",
    lambda text, _: f"list_transform([1], lambda y: ({text}))",
)


def _blank(draw: Random) -> str:
    return draw.choice(("\t", "\n", "  ", " /**/ ", "\u00a0 "))
