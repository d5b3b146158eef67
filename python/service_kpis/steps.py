"""The steps of a run: each does its verb, tells what came of it and keeps it for `--json`."""

# ruff: noqa: PLC0415
# Verbs are imported where they are used: dbt, Great Expectations and the charts take seconds to
# import, which `--help` and `status` shall not wait for.

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_kpis import publishing, settings, state, telling
from service_kpis.command import Session
from service_kpis.outcome import require_passed
from service_kpis.publishing import Publication

if TYPE_CHECKING:
    from service_kpis import engines


def land(  # noqa: PLR0913
    session: Session,
    sources: list[Path],
    *,
    strict: bool = False,
    dry_run: bool = False,
    is_key_rotated: bool = False,
    given: dict[str, Any] | None = None,
) -> None:
    """Land sources; none = those that the warehouse knows, or the sample data."""
    from service_kpis import landing

    kept = state.read(session.warehouse).get("vars", {})
    vars_now = settings.effective(kept if given is None else given)
    if not sources:
        known = landing.known_sources(session.warehouse)
        sources = [source.path for source in known if not source.is_sample]
    is_sample = not sources
    if is_sample:
        sources = [_sample(session)]
    accounts: list[landing.FileAccount] = []
    with session.timed("land"):
        session.progress.step("landing")
        try:
            landing.land(
                session.warehouse,
                sources,
                strict=strict,
                dry_run=dry_run,
                default_country=vars_now["default_country"],
                clock_skew_seconds=vars_now["clock_skew_seconds"],
                is_sample=is_sample,
                is_key_rotated=is_key_rotated,
                on_progress=session.note,
                on_count=session.progress.count,
                landed=accounts,
            )
        finally:
            telling.accounts(session, accounts, are_kept=not (dry_run or strict))


def reached(session: Session, target: str) -> engines.Engine:
    """Give the engine of a target of dbt's profile, after it has let us in."""
    from service_kpis import engines

    session.progress.step(f"reaching {target}")
    engine = engines.engine_of(target)
    engines.require_open(engine)
    return engine


def bring(session: Session, target: str, engine: engines.Engine) -> None:
    """Bring the raw tables to the engine of a target."""
    from service_kpis import engines

    tables = engines.raw_tables()
    session.progress.step(f"bringing the raw tables to {target}")
    rows = engines.bring(
        session.warehouse,
        engine,
        lambda table: session.progress.count(tables.index(table), len(tables), table),
    )
    telling.brought(session, target, rows)


def make_known(
    session: Session, target: str, given: dict[str, Any], *, is_key_rotated: bool
) -> None:
    """Make the people in a target's own raw tables known there."""
    from service_kpis import engines

    vars_now = settings.effective(state.read(session.warehouse).get("vars", {}) | given)
    engine = reached(session, target)
    with session.warehouse.locked():
        session.progress.step(f"making people known on {target}")
        rows = engines.make_known(
            session.warehouse,
            engine,
            schema=vars_now.get(settings.RAW_SCHEMA, engines.RAW),
            country=vars_now["default_country"],
            is_key_rotated=is_key_rotated,
        )
    telling.made_known(session, target, rows)


def _sample(session: Session) -> Path:
    """Give the sample data's folder, generated where it is not there."""
    from service_kpis import generating

    folder = session.warehouse.sample
    if not folder.exists():
        with session.timed("generate"):
            session.progress.step("generating sample data")
            generating.generate(folder)
    return folder


def build(
    session: Session,
    given: dict[str, Any] | None,
    seeds: Path | None,
    *,
    select: list[str] | None = None,
    is_full: bool = False,
) -> None:
    from service_kpis import building

    with session.timed("build"):
        built = building.build(
            session.warehouse,
            session.progress,
            given_vars=given,
            seeds_folder=seeds,
            select=select,
            is_full=is_full,
        )
    session.outcome.build = {"models": built.models, "as_of": built.as_of, "vars": built.vars}
    session.outcome.add_checks(built.checks)
    telling.checks(session, built.checks)
    require_passed(built.checks, next_step="Mend it, then run `service-kpis run` again.")
    telling.built(session, built)


def validate(session: Session) -> None:
    from service_kpis import validation

    with session.timed("validate"):
        checks = validation.validate(session.warehouse, session.progress)
    session.outcome.add_checks(checks)
    telling.checks(session, checks)
    require_passed(checks, next_step="Mend its cause, then run `service-kpis run` again.")
    telling.validated(session, checks)


def publish(session: Session, parquet_folder: Path | None = None) -> Publication:
    """Publish, and write the tables as Parquet where a folder for them is given."""
    if parquet_folder is not None:
        from service_kpis import parquet

        parquet.prepare(parquet_folder)
    with session.timed("publish"):
        published = publishing.publish(session.warehouse, session.progress)
    session.outcome.published = published.as_dict()
    if parquet_folder is not None:
        with session.timed("parquet"):
            written = parquet.write(published, parquet_folder, session.progress)
        session.outcome.parquet = written.as_dict()
    return published


def report(session: Session) -> None:
    from service_kpis import reporting

    with session.timed("report"):
        session.progress.step("writing the report")
        session.outcome.report = str(reporting.write_report(session.warehouse))
