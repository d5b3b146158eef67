#!/bin/sh
# Holds the models to their conventions and their form, in an empty warehouse. They are parsed once for both, and from the
# start: of a parse that dbt kept, dbt-bouncer takes macros for unused where only macros changed.
set -eu

.venv/bin/dbt parse --quiet --profile service_kpis --target dev # named as in .sqlfluff, or sqlfluff parses again
DBT_PROJECT_DIR="${DBT_TARGET_PATH%/target}" .venv/bin/dbt-bouncer run

# What macros write for the most part is wide, and takes sqlfluff long; there, the lines of the file itself are looked at.
written=$(find models tests analyses -name '*.sql')
by_macros=$(grep -Liw select $written; grep -lE 'by_dimension\(|kpi_entries\(' $written)
if grep -nE '.{101}|[[:space:]]$|\{\{[^ -]' $by_macros; then
    echo "These lines are longer than 100 letters, end in a space, or lack one inside {{ }}." >&2
    exit 1
fi
.venv/bin/sqlfluff lint $(echo "$written" | grep -vxF "$by_macros")
