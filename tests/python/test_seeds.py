"""A user's own seeds: taken beside the shipped ones, or refused with the reason."""

import csv
import re
import shutil

import pytest

from command_line import service_kpis
from service_kpis import seeds
from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@pytest.fixture
def warehouse(tmp_path):
    (tmp_path / "warehouse").mkdir()
    return Warehouse(tmp_path / "warehouse")


def given(tmp_path, name="own", **files):
    folder = tmp_path / name
    folder.mkdir()
    for seed, text in files.items():
        (folder / f"{seed}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def built_with(warehouse, name):
    """The rows of a seed as dbt is given them."""
    file = seeds.project_dir(warehouse) / "seeds" / f"{name}.csv"
    with file.open(newline="", encoding="utf-8") as source:
        return list(csv.reader(source))[1:]


def test_without_own_seeds_the_project_itself_is_built(warehouse):
    assert seeds.project_dir(warehouse) == PROJECT_DIR


def test_own_seed_stands_beside_shipped_ones_and_lacks_no_column(warehouse, tmp_path):
    folder = given(tmp_path, kpi_targets="\ufefftarget,kpi_key\n0.9,service_level\n")
    assert seeds.take(warehouse, folder) == ["kpi_targets"]
    project = seeds.project_dir(warehouse)
    assert project != PROJECT_DIR
    rows = list(csv.reader((project / "seeds" / "kpi_targets.csv").open(encoding="utf-8")))
    assert rows == [["kpi_key", "target", "target_on"], ["service_level", "0.9", ""]]
    for shipped in (PROJECT_DIR / "seeds").glob("*.csv"):
        if shipped.name != "kpi_targets.csv":
            assert (project / "seeds" / shipped.name).read_bytes() == shipped.read_bytes()
    assert (project / "models").resolve() == PROJECT_DIR / "models"
    assert (folder / "kpi_targets.csv").read_text(encoding="utf-8").startswith("\ufefftarget")


def test_shipped_folder_brings_shipped_seeds_back(warehouse, tmp_path):
    seeds.take(warehouse, given(tmp_path, kpi_targets="kpi_key,target\nservice_level,0.9\n"))
    seeds.take(warehouse, PROJECT_DIR / "seeds")
    assert seeds.project_dir(warehouse) == PROJECT_DIR


def test_a_file_that_would_be_passed_over_is_refused(warehouse, tmp_path):
    folder = given(tmp_path)
    (folder / "README.md").write_text("What we changed.", encoding="utf-8")
    assert seeds.take(warehouse, folder) == []
    (folder / "kpi_targets.CSV").write_text("kpi_key,target\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"kpi_targets\.CSV is no seed.*kpi_targets\.csv"):
        seeds.take(warehouse, folder)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"kpi_target": "kpi_key,target\n"}, "is no seed.*kpi_targets"),
        ({"kpi_targets": "kpi_key,goal\n"}, "`goal`.*kpi_key, target, target_on"),
        ({"kpi_targets": "kpi_key,target,target\n"}, "`target` twice"),
        ({"kpi_targets": "target\n0.9\n"}, "lacks the column `kpi_key`"),
        ({"kpi_targets": "kpi_key;target\n"}, "has no commas"),
        ({"kpi_targets": ""}, "is empty. Begin it with its columns: kpi_key,target,target_on"),
        ({"kpi_targets": "\n,,\n"}, "is empty"),
        ({"kpi_targets": "kpi_key,target\nservice_level\n"}, "line 2: 1 fields"),
        ({"kpi_targets": 'kpi_key,target\n"service_level,0.9\n'}, "line 2: a quotation mark"),
    ],
)
def test_refused_seeds_leave_the_kept_ones(warehouse, tmp_path, files, told):
    before = given(tmp_path, "before", kpi_targets="kpi_key,target\nbacklog,5\n")
    seeds.take(warehouse, before)
    with pytest.raises(InputError, match=told):
        seeds.take(warehouse, given(tmp_path, **files))
    assert built_with(warehouse, "kpi_targets") == [["backlog", "5", ""]]


HOURS = "schedule,timezone,weekday,opens,closes\n"
DAYS = "date_on,day_type,schedule,is_closed,opens,closes\n"
TYPES = "request_type,request_value,is_self_care\n"
PROMISES = "channel,request_type,promise_seconds\n"
TARGETS = "kpi_key,target,target_on\n"
CONTRACTS = "client,service,kpi_key,target,starts_on,ends_on\n"


@pytest.mark.parametrize(
    ("seed", "text", "told"),
    [
        # One value.
        ("business_hours", HOURS + "a,Europe/Pari,1,09:00,18:00", "`timezone`: `Europe/Pari`"),
        ("business_hours", HOURS + "a,UTC,8,09:00,18:00", "`weekday`: `8`.*1, 2, 3, 4, 5, 6, 7"),
        ("business_hours", HOURS + "a,UTC,Mon,09:00,18:00", "`weekday`: `Mon`"),
        ("business_hours", HOURS + "a,UTC,1,9:00,18:00", "`opens`: `9:00`.*`HH:MM` from 00:00"),
        ("business_hours", HOURS + "a,UTC,1,24:00,24:00", "`opens`: `24:00`"),
        ("business_hours", HOURS + "a,UTC,1,09:00,24:01", "`closes`: `24:01`.*or 24:00"),
        ("business_hours", HOURS + "a,UTC,1,09:60,18:00", "`opens`: `09:60`"),
        ("business_hours", HOURS + "a,UTC,1,09:00,", "`closes`: it is empty.*`HH:MM`"),
        ("business_hours", HOURS + " ,UTC,1,09:00,18:00", "`schedule`: it is empty"),
        ("calendar_days", DAYS + "2026-02-29,,,true,,", "`date_on`: `2026-02-29`.*2026-12-25"),
        ("calendar_days", DAYS + "25/12/2026,,,true,,", "`date_on`: `25/12/2026`"),
        ("calendar_days", DAYS + "20261225,,,true,,", "`date_on`: `20261225`"),
        ("calendar_days", DAYS + "2026-12-25,holiday,,,,", "`holiday`.*promotion, public_holiday"),
        ("calendar_days", DAYS + "2026-12-25,,,closed,,", "`is_closed`: `closed`.*true or false"),
        ("request_types", TYPES + "a,medium,true", "`request_value`: `medium`.*one of low, high"),
        ("request_types", TYPES + "a,low,yes", "`is_self_care`: `yes`.*true or false"),
        ("request_types", TYPES + "a,low,", "`is_self_care`: it is empty"),
        ("response_promises", PROMISES + ",,soon", "`promise_seconds`: `soon`.*whole number"),
        ("response_promises", PROMISES + ",,1.5", "`promise_seconds`: `1.5`"),
        ("response_promises", PROMISES + ",,0", "`promise_seconds`: `0`.*above 0"),
        ("response_promises", PROMISES + ",,2147483648", "`promise_seconds`"),
        ("kpi_targets", TARGETS + "csat,0.9,", "`kpi_key`: `csat`.*answer_rate.*service_level"),
        ("kpi_targets", TARGETS + "answer_rate,85%,", "`target`: `85%`.*such as 0.85"),
        ("kpi_targets", TARGETS + 'answer_rate,"0,85",', "`target`: `0,85`.*decimal point"),
        ("kpi_targets", TARGETS + "backlog,nan,", "`target`: `nan`"),
        ("kpi_targets", TARGETS + "answer_rate,0.9,2027", "`target_on`: `2027`"),
        ("sla_targets", CONTRACTS + "a,b,csat,0.9,2026-01-01,", "`kpi_key`: `csat`"),
        ("sla_targets", CONTRACTS + "a,b,answer_rate,,2026-01-01,", "`target`: it is empty"),
        ("sla_targets", CONTRACTS + "a,b,answer_rate,0.9,,", "`starts_on`: it is empty"),
        # A value of a seed that another seed must know.
        ("calendar_days", DAYS + "2026-12-25,,hotlin,true,,", "`hotlin`.*business_hours.*hotline"),
        # Values of a row, together.
        ("business_hours", HOURS + "a,UTC,1,18:00,09:00", "`closes`: `09:00` is not after opens"),
        ("business_hours", HOURS + "a,UTC,1,09:00,09:00", "`closes`: `09:00` is not after opens"),
        ("calendar_days", DAYS + "2026-12-24,,,,16:00,08:00", "`closes`: `08:00` is not after"),
        ("calendar_days", DAYS + "2026-12-24,,,,08:00,", "`closes`: it is empty, but opens"),
        ("calendar_days", DAYS + "2026-12-24,,,,,16:00", "`opens`: it is empty, but closes"),
        ("calendar_days", DAYS + "2026-12-24,,,true,08:00,16:00", "`opens`: a closed day"),
        ("kpi_targets", TARGETS + "answer_rate,85,", "`target`: `85`.*ratio, so it takes 0 to 1"),
        ("kpi_targets", TARGETS + "backlog,-1,", "`target`: `-1`.*count, so it takes 0 and more"),
        ("kpi_targets", TARGETS + "net_promoter_score,-101,", "points, so it takes -100 to 100"),
        ("sla_targets", CONTRACTS + "a,b,answer_rate,1.1,2026-01-01,", "`target`: `1.1`"),
        (
            "sla_targets",
            CONTRACTS + "a,b,answer_rate,0.9,2026-01-02,2026-01-01",
            "`ends_on`: `2026-01-01` is not after starts_on",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_is_told(warehouse, tmp_path, seed, text, told):
    folder = given(tmp_path, **{seed: text + "\n"})
    with pytest.raises(InputError) as raised:
        seeds.take(warehouse, folder)
    assert re.fullmatch(rf"{folder / seed}\.csv, line 2, column .*{told}.*\.", str(raised.value))
    assert seeds.project_dir(warehouse) == PROJECT_DIR


@pytest.mark.parametrize(
    ("seed", "text", "told"),
    [
        (
            "business_hours",
            HOURS + "a,UTC,1,09:00,12:00\na,UTC,1,09:00,11:00",
            "`opens`: line 2 has a row of the same schedule, weekday and opens already",
        ),
        (
            "business_hours",
            HOURS + "a,UTC,1,13:00,18:00\na,UTC,1,09:00,13:01",
            "`opens`: from `09:00` it overlaps line 2, of the same schedule and weekday",
        ),
        (
            "business_hours",
            HOURS + "a,UTC,1,09:00,18:00\na,Asia/Tokyo,2,09:00,18:00",
            "`timezone`: `Asia/Tokyo`, but line 2 gives schedule `a` `UTC`",
        ),
        (
            "calendar_days",
            DAYS + "2026-12-25,promotion,,,,\n2026-12-25,promotion,,,,",
            "`date_on`: line 2 has a row of the same schedule, day_type and date_on",
        ),
        (
            "calendar_days",
            DAYS + "2026-12-25,public_holiday,,true,,\n2026-12-25,,,,09:00,12:00",
            "`date_on`: line 2 has hours of the same schedule and date_on",
        ),
        ("request_types", TYPES + "a,low,true\na,high,true", "`request_type`: line 2"),
        ("response_promises", PROMISES + ",,60\n,,90", "`request_type`: line 2"),
        ("kpi_targets", TARGETS + "backlog,1,\nbacklog,2,", "`kpi_key`: line 2"),
        (
            "sla_targets",
            CONTRACTS + "a,,backlog,9,2026-01-01,\na,,backlog,8,2026-01-01,2026-02-01",
            "`starts_on`: line 2 has a row of the same client, service, kpi_key and starts_on",
        ),
        (
            "sla_targets",
            CONTRACTS + "a,,backlog,9,2026-01-01,2026-06-30\na,,backlog,8,2026-06-30,",
            "`starts_on`: from `2026-06-30` it overlaps line 2, of the same client, service",
        ),
        (
            "sla_targets",
            CONTRACTS + "a,b,backlog,9,2026-01-01,\na,b,backlog,8,2027-01-01,2027-02-01",
            "`starts_on`: from `2027-01-01` it overlaps line 2",
        ),
    ],
)
def test_rows_that_contradict_each_other_are_told(warehouse, tmp_path, seed, text, told):
    with pytest.raises(InputError, match=f"csv, line 3, column {re.escape(told)}"):
        seeds.take(warehouse, given(tmp_path, **{seed: text + "\n"}))


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        ("business_hours", HOURS + "a,UTC,7,00:00,12:00\na,UTC,7,12:00,24:00\n"),
        ("business_hours", HOURS),
        ("calendar_days", DAYS + "2026-11-27,promotion,,,,\n2026-11-27,public_holiday,,true,,\n"),
        ("calendar_days", DAYS + "2026-11-27,,,,09:00,12:00\n2026-11-27,,hotline,true,,\n"),
        ("response_promises", PROMISES + "fax,warranty,60\nfax,,90\n,warranty,90\n,,90\n"),
        ("kpi_targets", TARGETS + "net_promoter_score,-12.5,\nanswer_rate,,\nservice_level,1,\n"),
        (
            "sla_targets",
            CONTRACTS
            + "a,,backlog,9,2026-01-01,2026-01-01\na,,backlog,8,2026-01-02,\n"
            + ",,backlog,9,2026-01-01,\na,b,backlog,9,2026-01-01,\n",
        ),
    ],
)
def test_what_touches_or_differs_in_one_part_of_its_key_is_taken(warehouse, tmp_path, seed, text):
    assert seeds.take(warehouse, given(tmp_path, **{seed: text})) == [seed]


def test_promises_are_of_the_types_that_a_user_lists(warehouse, tmp_path):
    """Of the shipped list they need not be: tickets bear types that it does not hold."""
    types = TYPES + "order_status,low,true\n"
    seeds.take(warehouse, given(tmp_path, "types_alone", request_types=types))
    both = {"request_types": types, "response_promises": PROMISES + ",,60\n,retrun,90\n"}
    with pytest.raises(InputError, match=r"line 3, .*`retrun` is not in .*: order_status\."):
        seeds.take(warehouse, given(tmp_path, "both", **both))


def test_schedules_are_those_of_the_hours_given_beside(warehouse, tmp_path):
    hours = HOURS + "lyon,Europe/Paris,1,09:00,18:00\n"
    day = DAYS + "2026-12-08,,{},true,,\n"
    files = {"business_hours": hours, "calendar_days": day.format("lyon")}
    seeds.take(warehouse, given(tmp_path, "lyon", **files))
    files["calendar_days"] = day.format("hotline")
    with pytest.raises(InputError, match=r"`hotline` is not in .*There are: lyon\."):
        seeds.take(warehouse, given(tmp_path, "hotline", **files))


def test_lines_are_those_of_an_editor(warehouse, tmp_path):
    """A label of two lines, an empty line and a line of commas count; the message tells where."""
    text = (
        "request_type,label_en,request_value,is_self_care\r\n"
        '"a","two\r\nlines",low,TRUE\r\n'
        "\r\n"
        ",,,\r\n"
        "b,,low,maybe\r\n"
    )
    with pytest.raises(InputError, match="line 6, column `is_self_care`"):
        seeds.take(warehouse, given(tmp_path, request_types=text))


@pytest.mark.parametrize(
    ("encoding", "label", "line"),
    [("cp1252", "Été", ", line 3"), ("utf-16", "Été", ", line 1"), ("utf-16-le", "Hiver", "")],
)
def test_other_encodings_are_told(warehouse, tmp_path, encoding, label, line):
    folder = given(tmp_path)
    text = f"request_type,label_fr,request_value,is_self_care\na,,low,true\nb,{label},low,true\n"
    (folder / "request_types.csv").write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match=rf"request_types\.csv{line}[: ].*not UTF-8"):
        seeds.take(warehouse, folder)


def test_a_file_that_cannot_be_read_is_told(warehouse, tmp_path):
    folder = given(tmp_path)
    (folder / "kpi_targets.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"kpi_targets\.csv cannot be read"):
        seeds.take(warehouse, folder)


def test_values_are_kept_as_the_models_read_them(warehouse, tmp_path):
    labels = ' a ,"Say ""no"", or\nnot",high,FALSE\n'
    text = "\ufeffrequest_type,label_en,request_value,is_self_care\n" + labels
    seeds.take(warehouse, given(tmp_path, request_types=text))
    assert built_with(warehouse, "request_types") == [
        ["a", 'Say "no", or\nnot', "", "high", "false"]
    ]


def test_seeds_are_replaced_as_a_whole_or_not_at_all(warehouse, tmp_path, monkeypatch):
    seeds.take(warehouse, given(tmp_path, "old", kpi_targets=TARGETS + "backlog,1,\n"))
    new = given(
        tmp_path,
        "new",
        kpi_targets=TARGETS + "backlog,2,\n",
        request_types=TYPES + "a,low,true\n",
    )

    def no_room_for_the_second(path, content):
        if "request_types" in path.name:
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(seeds, "write_through", no_room_for_the_second)
        with pytest.raises(OSError, match="No space"):
            seeds.take(warehouse, new)
    assert built_with(warehouse, "kpi_targets") == [["backlog", "1", ""]]
    assert len(built_with(warehouse, "request_types")) > 1

    seeds.take(warehouse, new)
    assert built_with(warehouse, "kpi_targets") == [["backlog", "2", ""]]
    assert len(list(warehouse.folder.glob(".seeds_*"))) == 1


def test_shipped_seeds_edited_in_place_are_checked_too(warehouse, tmp_path, monkeypatch):
    shipped = shutil.copytree(seeds.SHIPPED, tmp_path / "shipped")
    monkeypatch.setattr(seeds, "SHIPPED", shipped)
    seeds.require_valid(warehouse, None)
    with (shipped / "business_hours.csv").open("a", encoding="utf-8") as file:
        file.write("default,Europe/Paris,5,17:00,19:00\n")
    with pytest.raises(InputError, match=r"line 25, column `opens`.*overlaps line 6"):
        seeds.require_valid(warehouse, None)


def test_run_refuses_seeds_before_it_lands_anything(warehouse, tmp_path):
    folder = given(tmp_path, kpi_targets=TARGETS + "csat,0.9,\n")
    exit_code, outcome = service_kpis(warehouse.folder, "run", "--seeds", folder)
    assert exit_code == 2
    assert "line 2, column `kpi_key`: `csat`" in outcome["error"]
    assert not warehouse.build.exists()
    assert not warehouse.sample.exists()
