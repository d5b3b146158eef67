#!/bin/sh
# Builds a month of sample data on DuckDB and on Spark, and compares every row of the KPIs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.venv/bin/service-kpis generate --out "$folder/files" --days 30 --calls-per-day 20
.venv/bin/service-kpis land "$folder/files" --warehouse "$folder/warehouse"
.venv/bin/service-kpis build --warehouse "$folder/warehouse"
SERVICE_KPIS_WAREHOUSE=$folder/warehouse PYTHONPATH=tests/python .venv/bin/pytest -s tests/engines -k spark
