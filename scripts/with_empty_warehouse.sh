#!/bin/sh
# Runs a dbt or sqlfluff command against a warehouse that is not there yet, in a temporary folder, so that it needs and leaves nothing.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SERVICE_KPIS_WAREHOUSE="$folder/warehouse" DBT_TARGET_PATH="$folder/target" DBT_LOG_PATH="$folder/logs"
"$@"
