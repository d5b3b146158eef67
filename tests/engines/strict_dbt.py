"""dbt, with Spark's ANSI mode on, which dbt-spark switches off: a bad cast then stops the build."""

from __future__ import annotations

from dbt.adapters.spark.connections import SparkCredentials
from dbt.cli.main import cli

_made = SparkCredentials.__post_init__


def _strictly_made(credentials: SparkCredentials) -> None:
    _made(credentials)
    credentials.server_side_parameters["spark.sql.ansi.enabled"] = "true"


SparkCredentials.__post_init__ = _strictly_made  # type: ignore[method-assign]

if __name__ == "__main__":
    cli()
