#!/bin/sh
# Holds the models to their conventions and their form, in an empty warehouse. They are parsed once for both, and from the
# start: of a parse that dbt kept, dbt-bouncer takes macros for unused where only macros changed.
set -eu

.venv/bin/dbt parse --quiet --profile service_kpis --target dev # named as in .sqlfluff, or sqlfluff parses again
DBT_PROJECT_DIR="${DBT_TARGET_PATH%/target}" .venv/bin/dbt-bouncer run

# A model that only calls macros has no SQL of its own to look at; what they make of it is wide, and takes sqlfluff long.
calls=$(grep -rLiw select models tests analyses --include='*.sql')
if grep -nE '.{101}|[[:space:]]$|\{\{[^ -]' $calls; then
    echo "These lines are longer than 100 letters, end in a space, or lack one inside {{ }}." >&2
    exit 1
fi
.venv/bin/sqlfluff lint $(grep -rliw select models tests analyses --include='*.sql')
