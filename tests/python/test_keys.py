"""The secret of the hashes: private, long enough, and never silently another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from canaries import write_canaries
from command_line import service_kpis
from landing_helpers import query
from service_kpis.errors import InputError
from service_kpis.landing import land, remove
from service_kpis.warehouse import Warehouse

OTHER = "0123456789abcdef" * 4


@pytest.fixture
def landed(tmp_path: Path) -> tuple[Warehouse, list[Path]]:
    warehouse, sources = Warehouse(tmp_path / "w"), write_canaries(tmp_path)
    _land(warehouse, sources)
    return warehouse, sources


def _land(warehouse: Warehouse, sources: list[Path], **options: bool) -> list[str]:
    told: list[str] = []
    with warehouse.locked():
        land(warehouse, sources, on_progress=told.append, **options)
    return told


def _hashes(warehouse: Warehouse) -> dict[str, str]:
    return dict(query(warehouse, "select caller_key, caller_hash from raw.parties"))


def test_a_key_is_made_once_and_for_its_owner_alone(landed: tuple[Warehouse, list[Path]]) -> None:
    warehouse, sources = landed
    key = warehouse.key.read_bytes()
    assert warehouse.key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.decode().strip())) == 32
    _land(warehouse, sources)
    assert warehouse.key.read_bytes() == key
    assert not list(warehouse.folder.glob("service_kpis.key.*"))


def test_the_variable_is_the_same_key_as_the_file(
    landed: tuple[Warehouse, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, sources = landed
    before = _hashes(warehouse)
    monkeypatch.setenv("SERVICE_KPIS_KEY", warehouse.key.read_text(encoding="ascii"))
    warehouse.key.unlink()
    _land(warehouse, sources)
    assert _hashes(warehouse) == before
    assert not warehouse.key.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_can_read_is_refused(
    landed: tuple[Warehouse, list[Path]], mode: int
) -> None:
    warehouse, sources = landed
    warehouse.key.chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        _land(warehouse, sources)


@pytest.mark.parametrize("text", ["", "0123456789abcdef0123456789abcde"])
def test_an_empty_or_short_key_is_refused(
    landed: tuple[Warehouse, list[Path]], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    warehouse, sources = landed
    before = _hashes(warehouse)
    monkeypatch.setenv("SERVICE_KPIS_KEY", text)
    with pytest.raises(InputError, match="too short") as raised:
        _land(warehouse, sources)
    assert not text.strip() or text not in str(raised.value)
    monkeypatch.delenv("SERVICE_KPIS_KEY")
    warehouse.key.write_text(text, encoding="ascii")
    with pytest.raises(InputError, match="too short"):
        _land(warehouse, sources, is_key_rotated=True)
    assert _hashes(warehouse) == before


@pytest.mark.parametrize("what", ["gone", "a variable"])
def test_another_key_is_refused_until_it_is_said(
    landed: tuple[Warehouse, list[Path]], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    warehouse, sources = landed
    before = _hashes(warehouse)
    if what == "gone":
        warehouse.key.unlink()
    else:
        monkeypatch.setenv("SERVICE_KPIS_KEY", OTHER)
    for attempt in (
        lambda: _land(warehouse, sources),
        lambda: _land(warehouse, sources, dry_run=True),
        lambda: remove(warehouse, "shop"),
    ):
        with pytest.raises(InputError, match="--rotate-key"):
            attempt()
    assert _hashes(warehouse) == before
    told = _land(warehouse, sources[:1], is_key_rotated=True)
    assert "The key is another: every hash of a customer or caller is a new one." in told
    after = _hashes(warehouse)
    assert after.keys() == before.keys()
    assert not {*after.values()} & {*before.values()}
    _land(warehouse, sources)
    assert _hashes(warehouse) == after


def test_the_command_line_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = write_canaries(tmp_path)
    assert service_kpis(tmp_path / "w", "land", *sources)[0] == 0
    monkeypatch.setenv("SERVICE_KPIS_KEY", OTHER)
    code, told = service_kpis(tmp_path / "w", "land", *sources)
    assert code == 2 and "--rotate-key" in told["error"] and OTHER not in told["error"]
    assert service_kpis(tmp_path / "w", "land", *sources, "--rotate-key")[0] == 0
    for path in (tmp_path / "w").rglob("*"):
        if path.is_file() and path.name != "service_kpis.key":
            assert OTHER.encode() not in path.read_bytes()
