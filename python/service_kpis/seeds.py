"""The reference data that a user edits: the shipped seeds, and a user's own beside them.

dbt writes the SQL of a seed to `<target-path>/run/<project>/<path of the seed>`, so a seed path
that is absolute or climbs out of the project makes it overwrite the user's file. A user's seeds are
therefore copied into the warehouse, and dbt is given a project folder there whose other parts are
links to this one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from service_kpis import seed_contract, seed_rules
from service_kpis.errors import InputError
from service_kpis.seed_rules import Row, Table
from service_kpis.state import sync, write_through
from service_kpis.warehouse import PROJECT_DIR, Warehouse

SHIPPED = PROJECT_DIR / "seeds"
PARTS_OF_THE_PROJECT = ("dbt_project.yml", "analyses", "macros", "models", "tests")


def require_valid(warehouse: Warehouse, folder: Path | None) -> None:
    """Refuse seeds that are not what seeds.yml says, before anything is done with them.

    They are those of `folder` beside the shipped ones; without it, those that a build would take
    now. Raises InputError with file, line and column.
    """
    _checked(_kept_files(warehouse) if folder is None else _files_of(folder))


def take(warehouse: Warehouse, folder: Path) -> list[str]:
    """Keep a user's seeds in the warehouse until others are given; returns their names.

    The shipped folder itself, or one without any CSV file, means the shipped seeds alone. Raises
    InputError for a file, column or value that is not what seeds.yml says; the seeds kept before
    stay then. They are replaced as a whole or not at all.
    """
    own = [table for table in _checked(_files_of(folder)).items() if table[1].is_own]
    draft = Path(tempfile.mkdtemp(prefix=".seeds_", dir=warehouse.folder))
    for name, table in own:
        write_through(draft / f"{name}.csv", _as_csv(name, table).encode())
    link = draft.with_name(f"{draft.name}_link")
    link.symlink_to(draft.name)
    link.replace(_kept(warehouse))  # a folder with files in it can't be replaced, a link can
    sync(warehouse.folder)
    for older in set(warehouse.folder.glob(".seeds_*")) - {draft}:
        older.unlink() if older.is_symlink() else shutil.rmtree(older)
    return [name for name, _ in own]


def project_dir(warehouse: Warehouse) -> Path:
    """Give the dbt project to build: this one, or its double with the user's own seeds."""
    own = _kept_files(warehouse)
    if not own:
        return PROJECT_DIR
    double = warehouse.folder / ".dbt" / "project"
    (double / "seeds").mkdir(parents=True, exist_ok=True)
    for part in PARTS_OF_THE_PROJECT:
        link = double / part
        if not link.is_symlink() and (PROJECT_DIR / part).exists():
            link.symlink_to(PROJECT_DIR / part)
    for shipped in SHIPPED.iterdir():
        if shipped.is_file():
            shutil.copyfile(
                own.get(shipped.stem, shipped) if shipped.suffix == ".csv" else shipped,
                double / "seeds" / shipped.name,
            )
    return double


def fingerprints(warehouse: Warehouse) -> dict[str, str]:
    """Give for each seed whose it is, and a hash of its content: two builds had the same or not."""
    own = _kept_files(warehouse)
    told = {}
    for name in seed_contract.seeds():
        content = own.get(name, SHIPPED / f"{name}.csv").read_bytes()
        whose = "own" if name in own else "shipped"
        told[name] = f"{whose} {hashlib.sha256(content).hexdigest()[:8]}"
    return told


def _kept(warehouse: Warehouse) -> Path:
    return warehouse.folder / "seeds"


def _kept_files(warehouse: Warehouse) -> dict[str, Path]:
    return {path.stem: path for path in sorted(_kept(warehouse).glob("*.csv"))}


def _files_of(folder: Path) -> dict[str, Path]:
    """Give the files of a user's folder by the seed that they are."""
    if not folder.is_dir():
        raise InputError(
            f"--seeds {folder} is no folder. Give the folder that holds your CSV files."
        )
    if folder.resolve() == SHIPPED:
        return {}
    files = sorted(filter(_is_to_be_read, folder.iterdir()))
    for file in files:
        if file.suffix != ".csv" or file.stem not in seed_contract.seeds():
            told = ", ".join(f"{name}.csv" for name in seed_contract.seeds())
            raise InputError(f"{file} is no seed. There are: {told}.")
    return {file.stem: file for file in files}


def _is_to_be_read(path: Path) -> bool:
    """Leave out hidden files, and the descriptions that a copy of the shipped folder brings."""
    is_csv = path.suffix.lower() == ".csv"  # a link that leads nowhere shall not be passed over
    return not path.name.startswith(".") and (
        is_csv or (path.is_file() and path.suffix not in {".yml", ".md"})
    )


def _checked(own: Mapping[str, Path]) -> dict[str, Table]:
    """Read and check every seed: a user's own, the shipped one where there is none."""
    tables = {}
    for name in seed_contract.seeds():
        file = own.get(name, SHIPPED / f"{name}.csv")
        tables[name] = Table(file, name in own, list(_rows(name, file)))
    return seed_rules.check(tables)


def _rows(name: str, file: Path) -> Iterator[Row]:
    """Read a seed's rows with all its columns in their order; a column that is missing is empty."""
    columns = seed_contract.seeds()[name].columns
    header: list[str] = []
    for line, fields in _records(file):
        if not header:
            header = fields
            _require_columns(name, file, header)
            continue
        if len(fields) != len(header):
            raise InputError(
                f"{file}, line {line}: {len(fields)} fields where the header has {len(header)}. "
                "Mend the row."
            )
        told = dict(zip(header, fields, strict=True))
        yield Row(line, {column: told.get(column, "") for column in columns})
    if not header:
        raise InputError(f"{file} is empty. Begin it with its columns: {','.join(columns)}.")


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the records that are not empty, trimmed, each with the line that it begins on."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            fields = [field.strip() for field in record]
            if any(fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{file}, line {line}: a quotation mark is left open or out of place. Mend the row."
        ) from error


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}).") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}, line {line}: not UTF-8. Save it as CSV in UTF-8.") from error
    if "\0" in text:
        raise InputError(f"{file} is not UTF-8. Save it as CSV in UTF-8.")
    return text


def _require_columns(name: str, file: Path, header: list[str]) -> None:
    columns = seed_contract.seeds()[name].columns
    for separator in (";", "\t"):
        if len(header) == 1 and separator in header[0]:
            raise InputError(f"{file} has no commas. Save it as CSV with commas between fields.")
    for given in header:
        if given not in columns or header.count(given) > 1:
            raise InputError(
                f"{file} has a column `{given}` twice or that no seed of its name has. "
                f"Its columns: {', '.join(columns)}."
            )
    for column in columns.values():
        if column.is_required and column.name not in header:
            raise InputError(f"{file} lacks the column `{column.name}`. Add it: it must be filled.")


def _as_csv(name: str, table: Table) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(seed_contract.seeds()[name].columns)
    writer.writerows(row.fields.values() for row in table.rows)
    return text.getvalue()
