"""`init`: exports in four languages land as it guesses, but for what it asks to fill in."""

from pathlib import Path

import pytest
import yaml

from command_line import PUBLIC_DATA
from service_kpis.landing import init, land
from service_kpis.landing.samples import formats_of
from service_kpis.warehouse import Warehouse

GERMAN_CALLS = """Anruf-ID;Richtung;Rufnummer;Datum;Uhrzeit;Angenommen;Anrufende;Gelöst;Anrufgrund
1;eingehend;0301234567;13.01.2025;09:00:00;13.01.2025 09:00:10;13.01.2025 09:05:00;ja;rechnung
2;ausgehend;0301234568;14.01.2025;09:00:00;;14.01.2025 09:05:00;nein;rechnung
"""
FRENCH_TICKETS = """N° dossier;Canal;Statut;Priorité;Date création;Résolu le
1;email;Ouvert;Haute;13/04/2025 10:00;
2;email;Fermé;Basse;14/04/2025 10:00;15/04/2025 10:00
"""
SPANISH_ORDERS = """Pedido;Cliente;Estado;Fecha pedido;Importe
1;c1;Enviado;2025-01-13 10:00:00;12.50
2;c2;Devuelto;2025-01-14 10:00:00;13.50
"""
ENGLISH_SURVEYS = """Response ID,Survey Type,Customer Number,Date Sent,Response Date,Score
1,nps,c1,01/31/2025 10:00:00 AM,02/01/2025 01:30:00 PM,9
"""


@pytest.mark.parametrize(
    ("file", "text", "table", "query", "expected"),
    [
        (
            "anrufe.csv",
            GERMAN_CALLS,
            "calls",
            "select call_id, direction, is_resolved, reason, strftime(started_at, '%c') "
            "from raw.calls order by 1",
            # 09:00 in Paris is 08:00 UTC
            [
                ("1", "inbound", True, "rechnung", "2025-01-13 08:00:00"),
                ("2", "outbound", False, "rechnung", "2025-01-14 08:00:00"),
            ],
        ),
        (
            "demandes.csv",
            FRENCH_TICKETS,
            "tickets",
            "select ticket_id, status, priority, strftime(resolved_at, '%c') "
            "from raw.tickets order by 1",
            [("1", "open", "high", None), ("2", "closed", "low", "2025-04-15 08:00:00")],
        ),
        (
            "pedidos.csv",
            SPANISH_ORDERS,
            "orders",
            "select order_id, customer_id, status, cast(amount as double) from raw.orders "
            "order by 1",
            [("1", "c1", "shipped", 12.5), ("2", "c2", "returned", 13.5)],
        ),
        (
            "surveys.csv",
            ENGLISH_SURVEYS,
            "surveys",
            "select survey_id, kind, customer_id, strftime(responded_at, '%c') from raw.surveys",
            [("1", "nps", "c1", "2025-02-01 12:30:00")],
        ),
    ],
)
def test_an_export_lands_as_it_is_guessed(  # noqa: PLR0913, PLR0917
    tmp_path, file, text, table, query, expected
):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / file).write_text(text, encoding="utf-8")
    (folder / "source.yml").write_text(init([folder / file]), encoding="utf-8")
    warehouse = Warehouse(tmp_path / "w")
    [account] = land(warehouse, [folder])
    assert (account.table, account.rejected) == (table, 0)
    with warehouse.connect(read_only=True) as connection:
        assert connection.execute(query.replace("'%c'", "'%Y-%m-%d %H:%M:%S'")).fetchall() == (
            expected
        )


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2025-01-31 10:00:00"], []),
        (["31/01/2025"], ["%d/%m/%Y"]),
        (["01/02/2025 10:00"], ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
        (["01/02/2025 10:00", "01/13/2025 10:00"], ["%m/%d/%Y %H:%M"]),
        (["31.1.2025", "yesterday"], []),
        ([], []),
    ],
)
def test_formats_are_those_that_every_text_bears(texts, formats):
    assert formats_of(texts) == formats


def test_of_values_only_known_words_are_written_down(tmp_path):
    file = tmp_path / "tickets.csv"
    file.write_text(
        "Ticket ID,Status,Channel,Created\n1,Jane Roe,email,2025-01-01\n2,Offen,email,2025-01-02\n"
    )
    text = init([file])
    assert "'offen' then 'open'" in text
    assert "jane roe" not in text.lower()


@pytest.mark.parametrize(
    ("file", "table", "guessed", "asked"),
    [
        (
            "northwind/orders.csv",
            "orders",
            {"order_id", "customer_id", "ordered_at", "ship_by", "shipped_at"},
            {"status", "amount"},
        ),
        (
            "phonenow_2021q1/call_center.csv",
            "calls",
            {"call_id", "agent_id", "reason", "started_at", "is_resolved"},
            {"direction", "ended_at"},
        ),
    ],
)
def test_public_exports_are_recognised(file, table, guessed, asked):
    if not (PUBLIC_DATA / file).exists():
        pytest.skip(f"the public data {file} are not beside the checkout")
    text = init([Path(PUBLIC_DATA / file)])
    [(name, mapping)] = yaml.safe_load(text)["tables"].items()
    assert (name, set(mapping["columns"])) == (table, guessed)
    assert all(f"# {column}:  # required" in text for column in asked)
