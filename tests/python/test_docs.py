"""What the documents say is there: every KPI, variable, seed, command, exit code and link."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from service_kpis import errors, seeds, settings
from service_kpis.cli import app
from service_kpis.warehouse import PROJECT_DIR, Warehouse

DOCS = PROJECT_DIR / "docs"
KPI_FILES = sorted((PROJECT_DIR / "models" / "kpi").glob("*/kpi_*.sql"))
PAGES = sorted(
    [
        *PROJECT_DIR.glob("*.md"),
        *DOCS.glob("*.md"),
        *PROJECT_DIR.glob("examples/*/README.md"),
        *PROJECT_DIR.glob("tests/generic/README.md"),
    ]
)
COMMON_OPTIONS = {"--warehouse", "--json", "--debug"}
REQUIRED_OF_A_KPI = {"label_en", "label_fr", "definition_fr", "formula", "unit", "owner"}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(page: Path) -> dict[str, str]:
    """The text below each `## heading`."""
    parts = re.split(r"^## ", read(page), flags=re.MULTILINE)[1:]
    return {heading: body for heading, _, body in (part.partition("\n") for part in parts)}


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if not target.startswith(("http://", "https://")):
            yield target


def test_there_is_something_to_check() -> None:
    assert len(KPI_FILES) >= 28
    assert {"README.md", "CONTRIBUTING.md", "variables.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("file", KPI_FILES, ids=lambda file: file.stem)
def test_every_kpi_says_what_it_is(file: Path) -> None:
    """Without this entry a KPI is in no catalogue and silently has no values."""
    definition = file.with_suffix(".yml")
    assert definition.exists(), f"{definition} is missing"
    [model] = yaml.safe_load(read(definition))["models"]
    assert model["name"] == file.stem
    assert model["description"].startswith("One row per ")
    assert ". " in model["description"], "the definition follows the sentence on the grain"
    assert set(model["config"]["meta"]["kpi"]) >= REQUIRED_OF_A_KPI


def test_page_of_kpis_is_what_the_models_say() -> None:
    written = runpy.run_path(str(PROJECT_DIR / "scripts" / "write_kpi_docs.py"))
    assert read(DOCS / "kpis.md") == written["page"](), (
        "docs/kpis.md is stale: run `.venv/bin/python scripts/write_kpi_docs.py`"
    )
    headings = re.findall(r"^### (\w+)$", read(DOCS / "kpis.md"), re.MULTILINE)
    assert sorted(headings) == sorted(file.stem.removeprefix("kpi_") for file in KPI_FILES)


def test_readme_lists_every_kpi() -> None:
    named = set(re.findall(r"\w+", sections(PROJECT_DIR / "README.md")["The KPIs"]))
    assert {file.stem.removeprefix("kpi_") for file in KPI_FILES} - named == set()


def test_every_variable_has_a_section_with_its_default() -> None:
    page = DOCS / "variables.md"
    told = sections(page)
    assert list(told) == list(settings.KINDS)
    rows = dict(re.findall(r"^\| \[(\w+)\]\(#\w+\) \| (\S+) \|", read(page), re.MULTILINE))
    defaults = {
        name: "null" if value is None else f"`{str(value).lower()}`"
        for name, value in settings.defaults().items()
    }
    assert {name: default.lower() for name, default in rows.items()} == defaults


def test_every_variable_of_the_project_is_one_that_is_judged() -> None:
    project = yaml.safe_load(read(PROJECT_DIR / "dbt_project.yml"))
    assert list(project["vars"]) == list(settings.KINDS)


@pytest.mark.parametrize("name", settings.KINDS)
def test_values_of_a_variable_are_told_where_it_is(name: str) -> None:
    """Its choices, its bounds and when it acts: in the page, and choices beside the default."""
    takes = settings.KINDS[name].takes
    page = read(DOCS / "variables.md")
    [(told, acts)] = re.findall(
        rf"^\| \[{name}\]\(#{name}\) \| \S+ \| (.+) \| (.+) \|$", page, re.MULTILINE
    )
    assert acts == ("at landing" if name in settings.LANDING_VARS else "at build")
    [line] = re.findall(rf"^  {name}: (.+)$", read(PROJECT_DIR / "dbt_project.yml"), re.MULTILINE)
    if takes.startswith("one of "):
        choices = takes.removeprefix("one of ").split(", ")
        assert set(re.findall(r"`(\w+)`", sections(DOCS / "variables.md")[name])) >= set(choices)
        assert set(re.findall(r"\w+", line)) >= set(choices)
    if "number of" in takes:
        assert re.findall(r"\d+", told.replace(",", "")) == re.findall(r"\d+", takes)
        assert ("above" in told) is ("above" in takes)


@pytest.mark.parametrize("name", settings.KINDS)
def test_example_of_a_variable_is_taken(name: str) -> None:
    text = sections(DOCS / "variables.md")[name]
    examples = re.findall(r"--vars '(.+)'", text)
    assert examples
    assert all(name in settings.parse_vars(example) for example in examples)
    assert "Changes: " in text


def test_variables_name_kpis_that_are_there() -> None:
    there = {file.stem.removeprefix("kpi_") for file in KPI_FILES}
    for name, text in sections(DOCS / "variables.md").items():
        changes = text.split("Changes: ")[1].split("\n\n")[0]
        assert set(re.findall(r"`(\w+)`", changes)) <= there, name


def test_every_seed_and_column_is_told_in_order() -> None:
    declared = yaml.safe_load(read(PROJECT_DIR / "seeds" / "seeds.yml"))["seeds"]
    told = sections(DOCS / "seeds.md")
    assert list(told) == [f"{seed['name']}.csv" for seed in declared]
    for seed in declared:
        columns = {
            column["name"]: "always"
            if "not_null" in column.get("data_tests", ())
            else "may be empty"
            for column in seed["columns"]
        }
        text = told[f"{seed['name']}.csv"]
        rows = re.findall(r"^\| (\w+) \| (always|may be empty) \|", text, re.MULTILINE)
        assert rows == list(columns.items())
        header = ",".join(columns)
        assert f"    {header}\n" in text
        assert read(PROJECT_DIR / "seeds" / f"{seed['name']}.csv").startswith(f"{header}\n")


def test_accepted_values_of_a_seed_are_told() -> None:
    """`low` and `high` in the page and in the column's description, which dbt's documents show."""
    listed = 0
    for seed in yaml.safe_load(read(PROJECT_DIR / "seeds" / "seeds.yml"))["seeds"]:
        text = sections(DOCS / "seeds.md")[f"{seed['name']}.csv"]
        for column in seed["columns"]:
            [row] = re.findall(rf"^\| {column['name']} \|.*$", text, re.MULTILINE)
            for test in column.get("data_tests", ()):
                values = test.get("accepted_values", {}) if isinstance(test, dict) else {}
                for value in values.get("arguments", {}).get("values", ()):
                    listed += 1
                    is_of_a_range = isinstance(value, int) and "1 (Monday) to 7 (Sunday)" in row
                    assert is_of_a_range or f"`{value}`" in row
                    assert is_of_a_range or f"`{value}`" in column["description"]
    assert listed >= 11


def test_examples_of_seeds_are_taken(tmp_path: Path) -> None:
    blocks = {
        name: re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
        for name, text in sections(DOCS / "seeds.md").items()
    }
    for name, [block] in blocks.items():
        (tmp_path / name).write_text(textwrap.dedent(block), encoding="utf-8")
    seeds.require_valid(Warehouse(tmp_path), tmp_path)


def test_seeds_name_kpis_and_tables_that_are_there() -> None:
    there = {path.stem for path in PROJECT_DIR.glob("models/**/*.sql")}
    there |= {name.removeprefix("kpi_") for name in there}
    for name, text in sections(DOCS / "seeds.md").items():
        used_by = re.sub(r"\s+", " ", text.split("Used by: ")[1].split("\n\n")[0])
        named = set(re.findall(r"\w+_\w+", used_by)) - {"day_type", "request_value"}
        assert named
        assert named <= there, name


def test_every_command_is_told() -> None:
    commands = typer.main.get_command(app).commands
    text = read(DOCS / "cli.md")
    assert commands
    assert [name for name in commands if not re.search(rf"`{name}\b", text)] == []


def test_every_option_and_argument_is_told_where_its_command_is() -> None:
    """What `--help` lists and what the table of the page says are the same."""
    cells = re.findall(r"^\| (`.+?`) \|", read(DOCS / "cli.md"), re.MULTILINE)
    told = {
        form.split()[0]: form.replace("\\|", "|")
        for cell in cells
        for form in re.findall(r"`([a-z]+\b[^`]*)`", cell)
    }
    for name, command in typer.main.get_command(app).commands.items():
        options = {option for each in command.params for option in each.opts if option[0] == "-"}
        arguments = {str(each.metavar) for each in command.params if each.opts[0][0] != "-"}
        assert set(re.findall(r"--[\w-]+", told[name])) == options - COMMON_OPTIONS, name
        assert all(argument in told[name] for argument in arguments), name


@pytest.mark.parametrize(
    "page", [PROJECT_DIR / "README.md", DOCS / "cli.md"], ids=lambda page: page.name
)
def test_every_exit_code_is_told(page: Path) -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", read(page), re.MULTILINE)}
    raised = {error.exit_code for error in errors.ServiceKpisError.__subclasses__()}
    assert told == {0, 130} | raised


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_DIR)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.exists() and target.is_relative_to(PROJECT_DIR)
        if not is_there or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_DIR)))
def test_paths_in_backticks_exist(page: Path) -> None:
    folders = "models|macros|seeds|tests|python|scripts|docs|analyses|profiles"
    named = re.findall(rf"`((?:{folders})/[\w/.\-]*)`", read(page))
    of_the_example = {
        f"models/kpi/telephone/kpi_short_abandon_rate.{ending}" for ending in ("sql", "yml")
    }
    missing = [path for path in named if not (PROJECT_DIR / path).exists()]
    assert set(missing) <= of_the_example


def test_every_analysis_is_described() -> None:
    folder = PROJECT_DIR / "analyses"
    described = yaml.safe_load(read(folder / "analyses.yml"))["analyses"]
    files = {file.stem: read(file) for file in folder.glob("*.sql")}
    assert sorted(entry["name"] for entry in described) == sorted(files)
    listed = re.findall(
        r"^\| \[(\w+)\]\(../analyses/\1.sql\) \| (.+\?) \| (S[0-4]) \|$",
        read(DOCS / "analyses.md"),
        re.MULTILINE,
    )
    assert {name for name, _, _ in listed} == set(files)
    for name, question, article in listed:
        head = re.sub(r"\n-- ", " ", files[name]).partition("\nwith ")[0]
        assert head.startswith(f"-- {question} ({article}) "), name
        assert " Read it so: " in head, name


def _columns() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each column that the yml of a model, seed or raw table tells, with `<table>.<column>`."""
    for file in sorted([*PROJECT_DIR.glob("models/**/*.yml"), *PROJECT_DIR.glob("seeds/*.yml")]):
        document = yaml.safe_load(read(file))
        sources = [table for source in document.get("sources", ()) for table in source["tables"]]
        for table in (*document.get("models", ()), *document.get("seeds", ()), *sources):
            for column in table.get("columns", ()):
                yield f"{table['name']}.{column['name']}", column


def test_a_description_stands_once() -> None:
    """What two models say in the same words is a doc block, so that it is mended in one place."""
    models = {path.stem for path in PROJECT_DIR.glob("models/**/*.sql")}
    told: dict[str, list[str]] = {}
    for name, column in _columns():
        text = " ".join(column["description"].split())
        if name.split(".")[0] in models and not text.startswith("{{ doc("):
            told.setdefault(text, []).append(name)
    assert [names for names in told.values() if len(names) > 1] == []


def test_no_description_is_cut_at_a_comma() -> None:
    """`{description: this, that}` without quotes is a description and a key of its own."""
    known = {"name", "description", "data_type", "data_tests", "config", "granularity"}
    assert [name for name, column in _columns() if set(column) - known] == []


def test_every_doc_block_is_used() -> None:
    """Of a block that is not there, dbt tells by itself."""
    used = {
        block
        for _, column in _columns()
        for block in re.findall(r"doc\('(\w+)'\)", column["description"])
    }
    pages = "".join(read(page) for page in PROJECT_DIR.glob("models/**/*.md"))
    blocks = re.findall(r"{% docs (\w+) %}", pages)
    assert len(set(blocks)) == len(blocks)
    assert set(blocks) - used == {"__overview__"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_DIR)))
def test_python_of_the_pages_is_python(page: Path) -> None:
    """Of schedulers that are none of our packages, that much can be known."""
    for code in re.findall(r"^```python\n(.+?)^```", read(page), re.MULTILINE | re.DOTALL):
        compile(code, str(page), "exec")


def test_the_monitor_of_operations_runs(tmp_path: Path) -> None:
    watch = sections(DOCS / "operations.md")["Watch it"]
    [code] = re.findall(r"^```python\n(.+?)^```", watch, re.MULTILINE | re.DOTALL)
    command = Path(sys.executable).with_name("service-kpis")
    code = code.replace("/srv/service_kpis/.venv/bin/service-kpis", str(command))
    done = subprocess.run(
        [sys.executable, "-c", code.replace("/srv/kpi", str(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "Nothing is landed" in done.stdout


def test_macros_that_are_told_have_these_arguments() -> None:
    told = yaml.safe_load(read(PROJECT_DIR / "macros" / "macros.yml"))["macros"]
    assert told
    for macro in told:
        [file] = PROJECT_DIR.glob(f"macros/*/{macro['name']}.sql")
        [signature] = re.findall(rf"{{%-? macro {macro['name']}\((.*?)\)", read(file), re.DOTALL)
        names = re.findall(r"(\w+)(?:=[^,]+)?(?:,|\s*$)", signature)
        assert [argument["name"] for argument in macro["arguments"]] == names, file
        assert all(argument["description"] for argument in macro["arguments"])
