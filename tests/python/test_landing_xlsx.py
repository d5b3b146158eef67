"""Sheets of xlsx: dates by the style of each cell, text as it stands, rows under their number."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from landing_helpers import land_files, query, refused
from service_kpis.errors import InputError
from service_kpis.landing import land
from service_kpis.warehouse import PROJECT_DIR, Warehouse

PHONENOW = PROJECT_DIR.parent / "shared" / "data" / "phonenow_2021q1"
HEADER = ["call_id", "direction", "started_at", "answered_at", "ended_at", "reason"]
# Days since 1899-12-30: 2024-01-01 is day 45292 (45291 days from 1900-01-01, and Excel's 29
# February 1900). Styles: 1 = a day, 2 = a user's own format of day and time, 3 = a time of day.
TEN = 45292 + 10 / 24
STYLES = (
    '<styleSheet xmlns="{0}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>'
    '<xf numFmtId="21"/></cellXfs></styleSheet>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Cell = str | float | tuple[float, int] | None


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def _cell(cell: Cell, place: int, row: int) -> str:
    reference = f'r="{chr(ord("A") + place)}{row}"'
    match cell:
        case None:
            return ""
        case str():
            return f'<c {reference} t="inlineStr"><is><t>{cell}</t></is></c>'
        case (value, style):
            return f'<c {reference} s="{style}"><v>{value!r}</v></c>'
        case _:
            return f"<c {reference}><v>{cell!r}</v></c>"


def _xlsx(rows: list[list[Cell]], first_row: int = 1) -> bytes:
    lines = "".join(
        f'<row r="{number}">{"".join(_cell(cell, i, number) for i, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=first_row)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="Calls" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
        )
        archive.writestr("xl/styles.xml", STYLES.format(MAIN))
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>',
        )
    return file.getvalue()


def test_a_date_is_known_by_its_cell_not_by_the_first_of_its_column(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """The first call has no answer: typed by the first row, dates would be numbers."""
    rows: list[list[Cell]] = [
        [*HEADER],
        ["007", "inbound", (TEN, 2), None, (TEN + 0.01, 2), "0123"],
        [8, "inbound", (TEN, 2), (TEN + 1 / 86400, 2), (TEN + 0.01, 2), (0.5, 3)],
        [],
        [12345678901, "inbound", (45292.0, 1), None, "2024-01-01T00:00:30", 1.5],
        ["x", "inbound", (TEN, 2), None, TEN, None],
        ["y", "inbound", (TEN, 2), None, (TEN, 2), None, "beyond the header"],
    ]
    land_files(warehouse, tmp_path / "s", {"calls.xlsx": _xlsx(rows)})
    assert query(
        warehouse,
        "select call_id, started_at, answered_at, ended_at, reason from raw.calls order by _row",
    ) == [
        ("007", datetime(2024, 1, 1, 10), None, datetime(2024, 1, 1, 10, 14, 24), "0123"),
        (
            "8",
            datetime(2024, 1, 1, 10),
            datetime(2024, 1, 1, 10, 0, 1),
            datetime(2024, 1, 1, 10, 14, 24),
            "12:00:00",
        ),
        ("12345678901", datetime(2024, 1, 1), None, datetime(2024, 1, 1, 0, 0, 30), "1.5"),
    ]
    assert refused(warehouse) == [
        (4, "ended_at", "not_a_timestamp"),
        (5, None, "wrong_field_count"),
    ]


def test_sheet_and_range(warehouse: Warehouse, tmp_path: Path) -> None:
    yml = "name: s\ntables: {{agents: {{files: a.xlsx, options: {{sheet: {}, range: {}}}}}}}\n"
    rows: list[list[Cell]] = [["a title"], ["agent_id", "team"], ["1", "x"], ["2", "y"]]
    content = _xlsx(rows, first_row=3)
    files: dict[str, str | bytes] = {"source.yml": yml.format("Calls", "A4:B5"), "a.xlsx": content}
    land_files(warehouse, tmp_path / "s", files)
    assert query(warehouse, "select agent_id, team, _row from raw.agents") == [("1", "x", 1)]
    for sheet, area, message in (("Other", "A1:B2", "It has Calls"), ("Calls", "A4", "such as A3")):
        with pytest.raises(InputError, match=message):
            land_files(warehouse, tmp_path / "s", {"source.yml": yml.format(sheet, area)})


def test_the_original_workbook_lands_as_its_csv(warehouse: Warehouse, tmp_path: Path) -> None:
    if not PHONENOW.is_dir():
        pytest.skip("the public data set phonenow_2021q1 is not beside the checkout")
    definition = PROJECT_DIR / "examples" / "phonenow_2021q1" / "source.yml"
    for name, pattern in (("csv", "*.csv"), ("xlsx", "*.xlsx")):
        folder = tmp_path / name
        folder.mkdir()
        (file,) = PHONENOW.glob(pattern)
        shutil.copy(file, folder)
        text = definition.read_text().replace("call_center.csv", file.name)
        (folder / "source.yml").write_text(text.replace("name: phonenow", f"name: {name}"))
        land(warehouse, [folder])
    content = "select * exclude (_source, _file, _landed_at) from raw.{} where _source = '{}'"
    for table, count in (("calls", 5000), ("surveys", 4054)):
        of_xlsx, of_csv = content.format(table, "xlsx"), content.format(table, "csv")
        assert query(warehouse, f"{of_xlsx} except {of_csv}") == []
        assert query(warehouse, f"select count(*) from ({of_xlsx})") == [(count,)]
