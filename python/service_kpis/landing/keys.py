"""The secret of the keyed hashes: where it comes from, and that it is still the same."""

from __future__ import annotations

import os
import re
import secrets
import stat

import duckdb

from service_kpis import state
from service_kpis.errors import InputError
from service_kpis.increment.changes import stop_keeping
from service_kpis.landing.parties import keyed_hash
from service_kpis.warehouse import Warehouse

VARIABLE = "SERVICE_KPIS_KEY"
FEWEST_CHARACTERS = 32
_KINDS = ("customer", "agent", "phone", "text")


def warehouse_key(
    warehouse: Warehouse, connection: duckdb.DuckDBPyConnection, *, is_rotated: bool = False
) -> tuple[bytes, bool]:
    """Give the secret, and whether it is another than what raw.parties was hashed with.

    It is SERVICE_KPIS_KEY, else the key file, which is made at its first use. Raises InputError
    where it is none, lies open to others, or is another and the user did not say so
    (`is_rotated`): people would become others in every BI tool.
    """
    shown = _example(connection)
    key = _given_key() or _key_of_file(warehouse)
    if key is None:
        if shown and not is_rotated:
            raise InputError(
                f"The key {warehouse.key} is gone, and people are known by it. Put it back, or say "
                "--rotate-key to make a new one: who joined on a hash finds nobody any more."
            )
        return _new_key(warehouse), shown is not None
    if shown is None or _is_made_with(key, *shown):
        return key, False
    if not is_rotated:
        raise InputError(
            "The key is another than the one that people are known by. Put the old one back "
            f"({VARIABLE}, or {warehouse.key}), or say --rotate-key to take the new one: who "
            "joined on a hash finds nobody any more."
        )
    return key, True


def rotate_key(connection: duckdb.DuckDBPyConnection) -> int:
    """Drop every hash of the old key, to be made anew; gives how many of the erased it cost.

    Who was erased is known by a hash of the old key alone, and will not be known again.
    """
    stop_keeping(connection)
    connection.execute("delete from raw.parties")
    row = connection.execute("select count(distinct token) from raw.forgotten").fetchone()
    connection.execute("delete from raw.forgotten")
    return int(row[0]) if row else 0


def _example(connection: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    """Give anybody, with the hash of the secret that the warehouse was made with."""
    return connection.execute(
        "select caller_key, caller_hash from raw.parties "
        "union all select token, token_hash from raw.forgotten limit 1"
    ).fetchone()


def _is_made_with(key: bytes, value: str, found: str) -> bool:
    return any(keyed_hash(key, kind, value) == found for kind in _KINDS)


def _given_key() -> bytes | None:
    text = os.environ.get(VARIABLE)
    return None if text is None else _parse(text, VARIABLE)


def _key_of_file(warehouse: Warehouse) -> bytes | None:
    try:
        mode = warehouse.key.stat().st_mode
        text = warehouse.key.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{warehouse.key} holds no key: it is no text. Put it back.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise InputError(
            f"{warehouse.key} can be read by others. Take it from them with "
            f"`chmod 600 {warehouse.key}`; if they have read it, rotate it."
        )
    return _parse(text, str(warehouse.key))


def _parse(text: str, shown: str) -> bytes:
    """Read a secret: 64 or more hex digits are its bytes, other text is taken as it is."""
    text = text.strip()
    if len(text) < FEWEST_CHARACTERS:
        raise InputError(
            f"{shown} is too short for a key: it takes {FEWEST_CHARACTERS} characters or more. "
            "`openssl rand -hex 32` makes one."
        )
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){32,}", text):
        return bytes.fromhex(text)
    return text.encode()


def _new_key(warehouse: Warehouse) -> bytes:
    """Make 32 random bytes, written in hex with mode 600; a killed run leaves none or all."""
    text = secrets.token_hex(32)
    draft = warehouse.key.with_name(f"{warehouse.key.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    state.write_through(draft, f"{text}\n".encode())
    draft.replace(warehouse.key)
    state.sync(warehouse.folder)
    return bytes.fromhex(text)
