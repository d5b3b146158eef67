"""Take a person out of the files beside the tables: logs, report, Data Docs, what dbt left."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from service_kpis import state
from service_kpis.forgetting.erasure import Erasure, pending
from service_kpis.landing.forgotten import DIGITS_OF_A_NUMBER, LETTERS_OF_AN_ID
from service_kpis.warehouse import PROJECT_DIR, Warehouse


def clean_texts(warehouse: Warehouse, erasure: Erasure) -> list[Path]:
    """Rewrite each file that tells of the person with tokens instead; gives those files.

    Looks at every file of the warehouse but the databases, and at `target/` and `logs/` of the
    project, where plain dbt writes. A file that is no text is removed: dbt makes it anew. Removes
    what killed runs left behind, copies of sources and what DuckDB put on disk, and the report: its
    figures are packed, so that no search finds who is named in them.
    """
    for left_over in (*warehouse.folder.glob(".landing-*"), *warehouse.folder.glob("*.duckdb.tmp")):
        shutil.rmtree(left_over, ignore_errors=True)
    tokens = _tokens(erasure)
    pattern = re.compile(
        b"|".join(_form(text) for text in sorted(tokens, key=len, reverse=True)), re.IGNORECASE
    )
    removed = [path for path in (warehouse.report,) if path.exists()]
    warehouse.report.unlink(missing_ok=True)
    cleaned = [path for path in _files(warehouse) if tokens and _clean(path, pattern, tokens)]
    return [*removed, *cleaned]


def _tokens(erasure: Erasure) -> dict[bytes, str]:
    """Give each text that tells of the person, as it may stand in a file, with its token."""
    written = {number: token for _, number, token in erasure.numbers} | erasure.normalised
    numbers = {
        number: token
        for number, token in written.items()
        if len(re.sub(r"\D", "", number)) >= DIGITS_OF_A_NUMBER
    }
    customers = {
        customer: token
        for customer, token in erasure.customers.items()
        if len(customer) >= LETTERS_OF_AN_ID
    }
    found: dict[bytes, str] = {}
    for text, token in (customers | numbers | erasure.e_mails | erasure.hashes).items():
        for form in (text, html.escape(text), json.dumps(text)[1:-1]):
            found[form.lower().encode()] = token
    return found


def _form(text: bytes) -> bytes:
    """Match a text where it is not a part of a longer word or number."""
    return rb"(?<![0-9A-Za-z_])" + re.escape(text) + rb"(?![0-9A-Za-z_])"


def _files(warehouse: Warehouse) -> Iterator[Path]:
    left_alone = {warehouse.key, pending(warehouse), warehouse.folder / ".lock"}
    for folder in (warehouse.folder, PROJECT_DIR / "target", PROJECT_DIR / "logs"):
        for path in sorted(folder.rglob("*")):
            is_database = path.parent == warehouse.folder and ".duckdb" in path.name
            is_ours = path.is_file() and not path.is_symlink() and path not in left_alone
            if is_ours and not is_database:
                yield path


def _clean(path: Path, pattern: re.Pattern[bytes], tokens: dict[bytes, str]) -> bool:
    content = path.read_bytes()
    # To look for each text takes a tenth of what the pattern takes, and most files hold none.
    lowered = content.lower()
    if not any(text in lowered for text in tokens) or not pattern.search(content):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        path.unlink()
        return True
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    state.write_through(
        draft, pattern.sub(lambda found: tokens[found[0].lower()].encode(), content)
    )
    shutil.copymode(path, draft)
    draft.replace(path)
    return True
