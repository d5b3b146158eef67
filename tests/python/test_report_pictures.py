"""The pictures of the report: rows as the marts have them, charts that draw whatever is in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import vl_convert

from report_marts import LONG, NAMES, Row, fill
from report_warehouse import make_tables
from service_kpis.reporting.picture import LANGUAGES, Picture
from service_kpis.reporting.pictures import all_pictures

PROMISES = {"service_level_by_contract", "promises_over_time"}
SERIES = {
    *("kpi_key", "kpi", "period_start", "period", "value", "low", "high", "target"),
    *("sample_size", "is_complete", "is_chosen"),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Write a published file whose every figure stands below."""
    path = tmp_path_factory.mktemp("published") / "service_kpis.duckdb"
    with duckdb.connect(path) as connection:
        make_tables(connection)
        fill(connection)
        yield connection


@pytest.fixture(scope="module")
def pictures(published: duckdb.DuckDBPyConnection) -> dict[str, Picture]:
    return {picture.key: picture for picture in all_pictures(published)}


@pytest.fixture(scope="module")
def specs(pictures: dict[str, Picture]) -> dict[str, list[Row]]:
    """Give each picture's chart in both languages, as the page carries it."""
    return {
        key: [picture.chart(language).to_dict() for language in LANGUAGES]
        for key, picture in pictures.items()
    }


def rows_of(picture: Picture, **wanted: object) -> list[Row]:
    """Give a picture's rows as dicts, those with the wanted cells."""
    names = list(picture.rows)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*picture.rows.values(), strict=True)]
    return [row for row in rows if all(row[name] == cell for name, cell in wanted.items())]


def test_an_hour_of_the_week_has_the_marts_figures(pictures: dict[str, Picture]) -> None:
    [found] = rows_of(pictures["calls_by_hour"], grain="month", dimension="all")
    assert (found["weekday"], found["hour_of_day"], found["calls"]) == (1, 9, 2.5)
    assert (found["abandon_rate"], found["wait"]) == (0.3, 62)


def test_whom_the_page_offers_is_carried(pictures: dict[str, Picture]) -> None:
    clients = {
        row["dimension_value"] for row in rows_of(pictures["calls_by_hour"], dimension="client")
    }
    assert clients == {"client 1", "client 2"}


def test_hours_without_calls_keep_their_place(pictures: dict[str, Picture]) -> None:
    spec = pictures["calls_by_hour"].chart("en").to_dict()
    assert spec["encoding"]["x"]["scale"]["domain"] == list(range(9, 22))


def test_a_promise_stands_beside_the_cell_that_it_was_made_of(pictures: dict[str, Picture]) -> None:
    """That of the client's contract, or of the whole client, and not a service of that name."""
    picture = pictures["service_level_by_contract"]
    found = [
        (row["contract"], row["low"], row["verdict"]) for row in rows_of(picture, dimension="all")
    ]
    assert found == [("acme / hotline", 0.6, "missed"), ("acme", 0.85, "met")]
    of_client = rows_of(picture, dimension="client", dimension_value="acme")
    assert len(of_client) == 2
    of_contract = [row["contract"] for row in rows_of(picture, dimension="contract")]
    assert of_contract == ["acme / hotline", "acme"]


def test_a_promise_to_everybody_is_each_clients_and_has_a_name(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "promises.duckdb") as connection:
        make_tables(connection)
        fill(connection)
        connection.execute("""
            insert into marts.mart_sla_compliance by name
            select * replace (
                null as client, null as service, 'all' as dimension, 'all' as dimension_value
            )
            from marts.mart_sla_compliance
            where service is not null
        """)
        both = [each for each in all_pictures(connection) if each.key in PROMISES]
    assert {each.key for each in both} == PROMISES
    for picture in both:
        [row] = rows_of(picture, dimension="client", dimension_value="client 1")
        [column] = [column for column in picture.columns if column.name == "contract"]
        told = column.words[row["contract"]]
        assert (told.en, told.fr) == ("all clients", "tous les clients")
        assert len(rows_of(picture, dimension="contract")) == 3


def test_few_calls_are_no_verdict_on_an_agent(pictures: dict[str, Picture]) -> None:
    """What the mart can't tell from all is hollow, and so is what has no interval."""
    found = {
        row["agent"]: row["is_filled"] for row in rows_of(pictures["agents_first_call_resolution"])
    }
    assert (found["as all"], found["worse"], found["it's"]) == (False, True, False)


def test_peaks_are_told_against_regular_days(pictures: dict[str, Picture]) -> None:
    found = {
        row["kpi_key"]: (row["against"], row["is_beyond_chance"], row["is_filled"])
        for row in rows_of(pictures["peak_days"])
    }
    # How many calls come is not judged: no verdict, and no hollow dot.
    assert found == {"calls_offered": (0.75, None, True), "service_level": (-0.5, False, False)}


def test_times_stand_side_by_side(pictures: dict[str, Picture]) -> None:
    found = [
        (row["stage"], row["median"], row["p90"], row["place"])
        for row in rows_of(pictures["times_by_channel"], name="chat")
    ]
    assert found == [("first_response_time", 5, 60, -600), ("resolution_time", 600, 900, -600)]


def test_a_request_of_unknown_type_is_neither(pictures: dict[str, Picture]) -> None:
    found = {
        row["request_type"]: (row["self_care"], row["share"])
        for row in rows_of(pictures["request_mix"], grain="month")
    }
    assert found == {"invoice": ("yes", 0.5), "complaint": ("no", 0.3), "(none)": ("unknown", 0.2)}


def test_every_contact_leads_somewhere(pictures: dict[str, Picture]) -> None:
    found = {
        row["next_step"]: row["share"]
        for row in rows_of(pictures["channel_steps"], grain="month", channel="email")
    }
    assert found == {"→ resolved": 0.6, "→ unresolved": 0.1, "phone": 0.3}


def test_paths_are_those_over_several_channels(pictures: dict[str, Picture]) -> None:
    found = [
        (row["path"], row["outcome"], row["part"]) for row in rows_of(pictures["journey_paths"])
    ]
    assert found == [("email > phone", "no", 1), ("email > phone", "yes", 3)]


def test_bursts_are_of_the_last_year(pictures: dict[str, Picture]) -> None:
    found = {row["posted_on"] for row in rows_of(pictures["review_bursts"], platform="forum")}
    assert found == {"2026-10-04", "2025-10-05"}


def test_cohorts_are_named_by_when_they_came(pictures: dict[str, Picture]) -> None:
    [found] = rows_of(pictures["retention_cohorts"])
    assert (found["period_start"], found["period_number"], found["share"]) == (
        "2026-09-01",
        1,
        0.75,
    )


def test_promoters_passives_and_detractors_share_the_answers(specs: dict[str, list[Row]]) -> None:
    """3, 2 and 1 of six answers."""
    counts = {"promoters": 3, "passives": 2, "detractors": 1}
    svg = drawn(
        specs["nps_split"][0],
        [
            {"kpi_key": key, "kpi": key, "period_start": "2026-10-01", "value": value,
             "is_complete": True}
            for key, value in counts.items()
        ],
    )  # fmt: skip
    shares = dict(re.findall(r"Share of answers: ([\d.]+)[^\"]*kpi: (\w+)", svg))
    assert {key: float(share) for share, key in shares.items()} == {
        "promoters": 0.5,
        "passives": pytest.approx(1 / 3),
        "detractors": pytest.approx(1 / 6),
    }


def drawn(spec: Row, rows: list[Row]) -> str:
    """Draw a chart as the page does, but for the page's own way to write numbers."""
    plain = without_formats(spec)
    svg: str = vl_convert.vegalite_to_svg({**plain, "width": 600, "datasets": {"rows": rows}})
    return svg


def without_formats(part: Any) -> Any:
    if isinstance(part, list):
        return [without_formats(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: without_formats(each) for name, each in part.items() if name != "formatType"}


def fields_of(part: Any, name: str = "field") -> set[str]:
    if isinstance(part, list):
        return {field for each in part for field in fields_of(each, name)}
    if not isinstance(part, dict):
        return set()
    own = {part[name]} if isinstance(part.get(name), str) else set()
    return own | {field for each in part.values() for field in fields_of(each, name)}


def test_a_chart_reads_what_its_rows_have(
    pictures: dict[str, Picture], specs: dict[str, list[Row]]
) -> None:
    for key, picture in pictures.items():
        known = SERIES if picture.series else {*picture.rows, "period", "is_chosen"}
        for spec in specs[key]:
            assert fields_of(spec) <= known | fields_of(spec, "as"), key
        assert {column.name for column in picture.columns} <= known, key


def test_every_chart_draws_whatever_the_names(
    pictures: dict[str, Picture], specs: dict[str, list[Row]]
) -> None:
    for key, picture in pictures.items():
        rows = rows_of(picture) or [
            {"kpi_key": key, "kpi": key, "period_start": "2026-10-01", "value": 0.5, "low": 0.4,
             "high": 0.6, "target": 0.7, "sample_size": 9, "is_complete": True}
            for key in picture.series
        ]  # fmt: skip
        assert drawn(specs[key][0], rows).startswith("<svg"), key


def test_data_is_never_part_of_a_chart(specs: dict[str, list[Row]]) -> None:
    for key, both in specs.items():
        text = json.dumps(both)
        assert not [name for name in (*NAMES, LONG) if json.dumps(name)[1:-1] in text], key


def test_a_picture_speaks_both_languages_and_draws_alike(
    pictures: dict[str, Picture], specs: dict[str, list[Row]]
) -> None:
    for key, picture in pictures.items():
        texts = (picture.title, picture.reading, *(column.label for column in picture.columns))
        assert all(words.en.strip() and words.fr.strip() for words in texts), key
        assert picture.reading.en != picture.reading.fr, key
        english, french = specs[key]
        assert fields_of(english) == fields_of(french), key
        vl_convert.vegalite_to_vega(without_formats(french))


def test_without_rows_only_what_the_scorecard_draws_is_left(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "empty.duckdb") as connection:
        make_tables(connection)
        assert all(picture.series for picture in all_pictures(connection))
