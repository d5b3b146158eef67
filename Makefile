# `make run` and `make test` work on a fresh clone with Python ≥ 3.11, git and make. Everything goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BI_READY := .venv-bi/.ready
ENGINES_READY := .venv/.engines-ready

.DEFAULT_GOAL := help
.PHONY: help setup run test lint unit proofs torture bench engines spark bi bi-export docs format lock lock-bi lock-engines clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## make .venv from the lock

$(READY): requirements.lock pyproject.toml
	@sh scripts/setup.sh "$(PYTHON)"

run: $(READY) ## from the sample data, or the sources landed before, to published KPIs and the report
	@$(BIN)/service-kpis run

lint: $(READY) ## ruff, mypy, yamllint, dbt-bouncer and sqlfluff
	$(BIN)/ruff format --check python tests scripts bench
	$(BIN)/ruff check python tests scripts bench
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	@sh scripts/with_empty_warehouse.sh sh scripts/lint_models.sh

unit: $(READY) ## plain dbt build on an empty warehouse, with the unit tests of the models
	@sh scripts/with_empty_warehouse.sh $(BIN)/dbt build --quiet

test: $(READY) ## everything: lint, unit tests of the models, pytest
	@$(MAKE) --no-print-directory -j2 lint unit
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

proofs: $(READY) ## 200 new random data sets through models and second computation, MetricFlow in every cell, five years in the report (half an hour)
	$(BIN)/pytest -n 2 -m 'proofs or not proofs' --hypothesis-profile=proofs tests/python/test_recomputation.py tests/python/test_increment.py tests/python/test_semantic_layer.py
	$(BIN)/pytest -n 0 -m proofs tests/python/test_report_five_years.py

torture: $(READY) ## try for a while to break landing and publishing, as in `make torture KILLS=20 FILES=50 SEED=7`
	@PYTHONPATH=tests:tests/python $(BIN)/python -m torture $(filter-out PYTHON=%,$(MAKEOVERRIDES))

engines: $(READY) $(ENGINES_READY) ## build what is landed on Postgres and Spark too, a small world on DuckLake, and compare every row of the KPIs (opt-in; downloads Spark where Java is)
	@$(PUBLISHED)
	PYTHONPATH=tests/python $(BIN)/pytest -s tests/engines

$(ENGINES_READY): $(READY) tests/engines/requirements.lock
	@command -v java > /dev/null || { echo "no Java: Spark is left out" >&2; exit 0; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation --requirement tests/engines/requirements.lock && touch $@

spark: $(READY) $(ENGINES_READY) ## build a month of sample data on Spark too and compare every row of the KPIs (downloads Spark; needs Java)
	@sh scripts/spark_on_a_small_sample.sh

bench: $(READY) ## measure the whole job beside a floor without dbt, as in `make bench CALLS=100000 SEED=7 JSON=bench.json`
	@$(BIN)/python -m bench $(filter-out PYTHON=%,$(MAKEOVERRIDES))

bi: $(READY) $(BI_READY) ## import the dashboard into a Superset of its own and check its figures (opt-in; downloads Superset)
	@$(PUBLISHED)
	$(BIN)/pytest tests/bi

bi-export: $(READY) $(BI_READY) ## write docs/superset anew from tests/bi/dashboard.py
	@$(PUBLISHED)
	PYTHONPATH=tests $(BIN)/python -m bi.export "$${SERVICE_KPIS_WAREHOUSE:-warehouse}"

PUBLISHED := test -e "$${SERVICE_KPIS_WAREHOUSE:-warehouse}/service_kpis.duckdb" || $(BIN)/service-kpis run

$(BI_READY): bi/requirements.lock
	@sh scripts/setup_bi.sh "$(PYTHON)"

docs: $(READY) ## write docs/kpis.md and models/semantic from the KPIs
	$(BIN)/python scripts/write_kpi_docs.py
	$(BIN)/python scripts/semantic_layer

format: $(READY) ## rewrite Python and SQL as lint wants them
	$(BIN)/ruff format python tests scripts bench
	$(BIN)/ruff check --fix python tests scripts bench
	@sh scripts/with_empty_warehouse.sh $(BIN)/sqlfluff fix models tests analyses

lock: ## pin every package again, with hashes (needs uv)
	uv pip compile --quiet --universal --all-extras --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' pyproject.toml --output-file requirements.lock

lock-bi: ## the same for Superset
	uv pip compile --quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock-bi' bi/requirements.in --output-file bi/requirements.lock

lock-engines: ## the same for Spark
	uv pip compile --quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock-engines' tests/engines/requirements.in --output-file tests/engines/requirements.lock

clean: ## remove .venv, the warehouse and what builds left behind
	rm -rf .venv .venv-bi target logs python/*.egg-info
	find warehouse -mindepth 1 ! -name .gitignore -delete
