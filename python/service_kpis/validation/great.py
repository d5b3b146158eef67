"""Run rules through Great Expectations, in SQL on build.duckdb, and write its Data Docs."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

# Read when Great Expectations is imported: nothing is to be reported to its makers.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.constants import MAX_RESULT_RECORDS
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.metadata_types import FailureSeverity
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from service_kpis.errors import MachineError, failure_in_words
from service_kpis.machine import resources
from service_kpis.outcome import Check
from service_kpis.validation.rules import Rule
from service_kpis.warehouse import let_read

# dbt, in the same process, makes every logger talk; one of them sets its own level.
for name in ("great_expectations", "great_expectations.data_context.types.base"):
    logging.getLogger(name).setLevel(logging.WARNING)

FOUND, COUNTED = "unexpected_rows_query.table", "unexpected_rows_query.row_count"
HOW_MANY = "breaking_rows"
SITE = "data_docs"
SEVERITIES = {"error": FailureSeverity.CRITICAL, "warn": FailureSeverity.WARNING}


class BreakingRows(UnexpectedRowsExpectation):  # type: ignore[misc]  # mypy passes it over
    """The rows that break a rule, found and counted by one run of the query.

    Great Expectations' own runs it twice, and so reads each table twice; whatever it finds is
    fetched, be it millions of rows.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (FOUND,)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> ExpectationValidationResult | dict[str, Any]:
        rows = [dict(row) for row in metrics[FOUND]]
        counts = [row.pop(HOW_MANY) for row in rows]
        return super()._validate(
            {FOUND: rows, COUNTED: counts[0] if counts else 0},
            runtime_configuration,
            execution_engine,
        )


def run_rules(
    rules: Sequence[Rule], database: Path, data_docs: Path, on_count: Callable[[int, int], None]
) -> list[Check]:
    """Check every rule on the database, opened read-only; gives a check a rule, in order.

    Data Docs are replaced as a whole: they show what was checked and where rows fail, and load
    fonts and scripts from the web.
    """
    with _database_settings():
        return _run(rules, database, data_docs, on_count)


def _run(
    rules: Sequence[Rule], database: Path, data_docs: Path, on_count: Callable[[int, int], None]
) -> list[Check]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    draft = data_docs.with_name(f"{data_docs.name}.{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    context.add_data_docs_site(
        SITE,
        {
            "class_name": "SiteBuilder",
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(draft),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=URL.create(
            "duckdb",
            database=str(database),
            query={"access_mode": "read_only", **resources().settings},
        ).render_as_string(),
    )
    checks: list[Check] = []
    for (schema, table), of_table in groupby(rules, lambda rule: (rule.schema, rule.table)):
        checks += _check_table(context, source, f"{schema}.{table}", list(of_table))
        on_count(len(checks), len(rules))
    context.build_data_docs(site_names=[SITE])
    let_read(draft)
    shutil.rmtree(data_docs, ignore_errors=True)
    draft.replace(data_docs)
    return checks


def _check_table(
    context: EphemeralDataContext, source: SQLDatasource, name: str, rules: list[Rule]
) -> list[Check]:
    """Check the rules of one table as one suite."""
    schema, table = name.split(".")
    asset = source.add_table_asset(name, table_name=table, schema_name=schema)
    expectations = [
        BreakingRows(
            unexpected_rows_query=_counted(rule),
            description=f"{rule.name}: {rule.statement}.",
            severity=SEVERITIES[rule.severity],
        )
        for rule in rules
    ]
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=name,
            data=asset.add_batch_definition_whole_table("whole table"),
            suite=context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations)),
        )
    )
    by_query = {
        result.expectation_config.kwargs["unexpected_rows_query"]: result
        for result in definition.run(result_format="COMPLETE").results
        if result.expectation_config
    }
    return [_check(rule, by_query[_counted(rule)]) for rule in rules]


def _counted(rule: Rule) -> str:
    """Select the first rows that break the rule, each with how many there are."""
    return (
        f"select *, count(*) over () as {HOW_MANY} from ({rule.breaking}) "
        f"limit {MAX_RESULT_RECORDS}"
    )


def _check(rule: Rule, result: ExpectationValidationResult) -> Check:
    """Turn a result into a check; an expectation that could not run is a defect, and raised."""
    rows = result.result.get("observed_value")
    if rows is None:
        told = (result.exception_info or {}).get("exception_message")
        if refused := failure_in_words(str(result.exception_info)):
            raise MachineError(refused)
        raise RuntimeError(f"The check {rule.name} could not run: {told or result.exception_info}")
    verb = "row does" if rows == 1 else "rows do"
    failing = f": {rows:,} {verb} not" if rows else ""
    return Check(
        name=rule.name,
        severity=rule.severity,
        passed=bool(result.success),
        failed_rows=rows,
        message=f"{rule.name}: {rule.statement}{failing}.",
    )


@contextmanager
def _database_settings() -> Iterator[None]:
    """Fetch a statement's rows at once, and close every connection in the end.

    duckdb-engine keeps one result a connection: Great Expectations runs the next statement before
    it has fetched the last one's rows, and would find them gone ("list index out of range"). It
    also makes engines of its own, whose open connections would lock the file for this process.
    """
    opened: list[Any] = []

    def buffer(  # noqa: PLR0913, PLR0917  as SQLAlchemy calls it
        connection: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        many: bool,
    ) -> None:
        del statement, parameters, many
        if connection.dialect.name == "duckdb" and context is not None and cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, initial_buffer=cursor.fetchall()
            )

    def remember(connection: Any, record: Any) -> None:
        del record
        opened.append(connection)

    event.listen(Engine, "after_cursor_execute", buffer)
    event.listen(Engine, "connect", remember)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", buffer)
        event.remove(Engine, "connect", remember)
        for connection in opened:
            connection.close()
