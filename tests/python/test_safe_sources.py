"""What a source.yml says is data: nothing in it reads, writes, sets or loads anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks import Attempts, expressions, queries
from landing_helpers import CALL, CALLS, land_files, query, write
from service_kpis.errors import InputError
from service_kpis.landing import land
from service_kpis.warehouse import Warehouse


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attempts]:
    with Attempts(tmp_path_factory.mktemp("attempts")) as attempts:
        yield attempts


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len({*expressions(), *queries()}) > 250


@pytest.mark.parametrize("kind", ["expression", "query"])
def test_every_attempt_to_reach_out_is_refused(attempts: Attempts, kind: str) -> None:
    listed = expressions() if kind == "expression" else queries()
    allowed = [text for text in listed if not attempts.is_refused(kind, text)]
    assert allowed == []


@pytest.mark.parametrize("kind", ["expression", "query"])
def test_what_is_disguised_gets_nowhere_either(attempts: Attempts, kind: str) -> None:
    assert [
        text for text in attempts.disguised(kind, 500, seed=4) if attempts.gets_out(kind, text)
    ] == []


@pytest.mark.parametrize(
    "expression",
    [
        "a",
        '"a" || b',
        "case when a = '1' then 'x' else lower(trim(b)) end",
        "strptime(a, '%Y') + interval 1 day",
        "substring(a from 1 for 2)",
        "extract(year from try_cast(b as date))",
        "list_transform(string_split(a, ','), lambda x: upper(x))[1]",
        "a ~ '[0-9]+' and b not like 'x%' and a between '0' and '9'",
        "coalesce(nullif(a, ''), b)",
        "json_extract_string(a, '$.x')",
        "regexp_replace(a, '\\s', '', 'g')",
        "epoch_ms(cast(a as bigint))",
        "current_date",
        "a::integer % 2 = 0",
        "date '2025-01-01' + to_seconds(5)",
    ],
)
def test_what_a_mapping_needs_is_allowed(attempts: Attempts, expression: str) -> None:
    assert not attempts.is_refused("expression", expression)


def test_a_query_may_do_what_a_query_does(attempts: Attempts) -> None:
    for text in (
        "select number, min(opened), max_by(state, updated) from log group by number",
        "with l as (select * from log), m as (from l) select * from m order by 1 limit 3",
        "select *, row_number() over (partition by number order by opened) as n from log",
        "select number, unnest(string_split(state, ',')) as state from log",
        "select * from log join (values ('a', 1)) as codes(code, n) on codes.code = log.state",
        "select * from log, range(3) as r(i)",
        "from log select number qualify lag(state) over (order by opened) is null",
        "select number from log union all select state from log",
        "pivot log on state in ('a', 'b') using count(*) group by number",
    ):
        assert not attempts.is_refused("query", text), text


@pytest.mark.parametrize(
    "pattern",
    [
        "../secret.csv",
        "/etc/passwd",
        "x/../../secret.csv",
        "link.csv",
        "linked/secret.csv",
        "linked/*.csv",
        "*/secret.csv",
        "chain.csv",
        "~/secret.csv",
        "C:\\\\secret.csv",
        "file:///etc/passwd",
        "https://example.com/calls.csv",
        "s3://bucket/calls.csv",
        "\\\\\\\\host\\\\calls.csv",
    ],
)
def test_no_file_is_read_outside_the_source(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, {"secret.csv": f"{CALLS}\nSECRET,{CALL}\n", "outside/secret.csv": "SECRET"})
    source = write(
        tmp_path / "s",
        {"source.yml": f'name: s\ntables: {{calls: {{files: "{pattern}"}}}}\n', "x/calls.csv": ""},
    )
    (source / "link.csv").symlink_to(tmp_path / "secret.csv")
    (source / "chain.csv").symlink_to(source / "link.csv")
    (source / "linked").symlink_to(tmp_path / "outside")
    warehouse = Warehouse(tmp_path / "w")
    with warehouse.locked(), pytest.raises(InputError) as raised:
        land(warehouse, [source])
    assert "SECRET" not in str(raised.value)
    assert b"SECRET" not in warehouse.build.read_bytes() if warehouse.build.exists() else True


def test_a_column_named_like_a_word_of_the_session_is_the_files(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    yml = "name: s\ntables:\n  calls:\n    files: c.csv\n    columns: {reason: user}\n"
    files: dict[str, str | bytes] = {"source.yml": yml, "c.csv": f"{CALLS},user\n1,{CALL},ann\n"}
    land_files(warehouse, tmp_path / "s", files)
    assert query(warehouse, "select reason from raw.calls") == [("ann",)]
    with pytest.raises(InputError, match="user that the file lacks"):
        land_files(warehouse, tmp_path / "s", {**files, "c.csv": f"{CALLS}\n1,{CALL}\n"})
