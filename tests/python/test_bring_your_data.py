"""The page docs/bring_your_data.md is run as it stands: its files, its commands, their output."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from landing_helpers import query
from service_kpis import cli, seeds
from service_kpis.command import invoke
from service_kpis.warehouse import PROJECT_DIR, Warehouse

PAGE = PROJECT_DIR / "docs" / "bring_your_data.md"
BLOCK = r"((?:^(?: {4}(?!\$ ).*)?\n)+)"
STEP = re.compile(
    rf"^\*\*`(?P<path>[^`]+)`(?:, line (?P<line>\d+))?\*\*.*\n\n{BLOCK}", re.MULTILINE
)
COMMAND = re.compile(rf"^ {{4}}\$ service-kpis (?P<arguments>.+)\n{BLOCK}", re.MULTILINE)


def steps() -> Iterator[re.Match[str]]:
    """Files, mended lines and commands, in the order of the page."""
    page = PAGE.read_text(encoding="utf-8")
    yield from sorted(
        [*STEP.finditer(page), *COMMAND.finditer(page)], key=lambda match: match.start()
    )


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of which no step of the page has been taken yet."""
    return tmp_path_factory.mktemp("bring_your_data")


def test_the_page_is_true(
    followed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(followed)
    monkeypatch.setenv("SERVICE_KPIS_WAREHOUSE", str(followed / "warehouse"))
    commands = []
    for step in steps():
        told = step.groupdict()
        block = textwrap.dedent(step[step.re.groups])
        if "arguments" in told:
            arguments = shlex.split(told["arguments"])
            commands.append(arguments[0])
            assert invoke(cli.app, arguments) == 0
            printed = {squeezed(line) for text in capsys.readouterr() for line in text.split("\n")}
            expected = {squeezed(line) for line in block.splitlines()}
            assert expected - printed == set(), told["arguments"]
        elif told["line"]:
            file = Path(told["path"])
            lines = file.read_text(encoding="utf-8").split("\n")
            new = step[step.re.groups].removeprefix("    ").rstrip("\n")
            old = lines[int(told["line"]) - 1]
            # The line that is mended is the one that says the same thing wrongly.
            assert re.split("[:;]", old)[0] == re.split("[:;]", new)[0]
            assert old != new
            lines[int(told["line"]) - 1] = new
            file.write_text("\n".join(lines), encoding="utf-8")
        else:
            file = Path(told["path"])
            file.parent.mkdir(parents=True, exist_ok=True)
            # `init` wrote its guess here, and the page writes over it.
            file.write_text(block.strip("\n") + "\n", encoding="utf-8")
    assert commands == ["init", "land", "land", "rejects", "land", "rejects"]

    warehouse = Warehouse(followed / "warehouse")
    assert query(
        warehouse,
        """
        select count(*), count(answered_at), count(distinct caller_number), sum(wrap_up_seconds)
        from raw.calls
        """,
    ) == [(5, 4, 4, 151)]  # 45.5 is 46; + 30 + 60 + 15
    assert query(
        warehouse, "select ticket_id, status, channel from raw.tickets order by ticket_id"
    ) == [("T-1", "resolved", "email"), ("T-2", "open", "chat")]
    assert query(warehouse, "select survey_id, score from raw.surveys order by survey_id") == [
        ("A-1", 9),
        ("A-2", 4),
    ]
    # One person behind two spellings of a number, and behind a ticket.
    assert query(
        warehouse,
        """
        select count(distinct identifier), count(distinct caller_hash)
            from raw.parties
        where customer_id = 'C-100' and kind = 'phone'
        """,
    ) == [(2, 1)]
    seeds.require_valid(warehouse, followed / "my_seeds")


def test_what_init_writes_is_what_the_page_shows(followed: Path, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in ("calls_2026_09.csv", "operators.csv"):
        (tmp_path / name).write_bytes((followed / "exports/switch" / name).read_bytes())
    assert invoke(cli.app, ["init", *map(str, sorted(tmp_path.iterdir()))]) == 0
    shown = page.split("Of the calls it writes:\n\n")[1].split("\n\n")[0]
    written = (tmp_path / "source.yml").read_text(encoding="utf-8")
    lines = [line.strip() for line in written.splitlines()]
    assert [line.strip() for line in shown.splitlines() if line.strip() not in lines] == []
