"""`init`: exports in four languages land as it guesses, but for what it asks to fill in."""

from pathlib import Path

import duckdb
import pytest
import yaml

from command_line import PUBLIC_DATA
from service_kpis.landing import init, land
from service_kpis.landing.durations import seconds_expression
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
        (["31.1.2025", "30.1.2025", "yesterday"], ["%d.%m.%Y"]),
        ([], []),
    ],
)
def test_formats_are_those_that_most_texts_bear(texts, formats):
    assert formats_of(texts) == formats


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),  # the same bytes, as the file has no control characters
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),  # without a byte order mark
    ],
)
def test_headers_with_accents_are_read_in_their_encoding(tmp_path, encoding, told):
    file = tmp_path / "llamadas.csv"
    file.write_bytes(
        "ID llamada;Dirección;Teléfono;Inicio;Fin;Motivo\n"
        "1;entrante;912301400;2026-09-28 08:11:00;2026-09-28 08:18:55;avería\n".encode(encoding)
    )
    definition = tmp_path / "source.yml"
    definition.write_text(init([file]), encoding="utf-8")
    options = yaml.safe_load(definition.read_text("utf-8"))["tables"]["calls"]["options"]
    assert options.get("encoding") == told
    warehouse = Warehouse(tmp_path / "w")
    [account] = land(warehouse, [tmp_path])
    assert (account.inserted, account.rejected) == (1, 0)
    with warehouse.connect(read_only=True) as connection:
        assert connection.execute("select caller_number, reason from raw.calls").fetchall() == [
            ("912301400", "avería")
        ]


def test_bytes_that_only_latin_1_knows_are_read_as_it(tmp_path):
    file = tmp_path / "calls.csv"
    file.write_bytes("Call,Line\n1,caf\xe9 \x81\n".encode("latin-1"))  # 0x81 is none of cp1252
    assert "encoding: latin-1" in init([file])


def test_a_broken_row_makes_no_other_encoding_of_a_file(tmp_path):
    file = tmp_path / "calls.csv"
    file.write_bytes("Call,Line\n1,café\n2,été\n".encode() + b"3,caf\xe9\n")
    assert "encoding" not in init([file])


def mapped(folder, text):
    """The mapping of the one table that init writes for a file of this text."""
    file = folder / "export.csv"
    file.write_text(text, encoding="utf-8")
    [(table, mapping)] = yaml.safe_load(init([file]))["tables"].items()
    return table, mapping["columns"]


@pytest.mark.parametrize(
    ("header", "row", "table", "expected"),
    [
        (  # Zendesk Talk
            "Call ID,Date/Time,Agent,Phone Number,Direction,Hold Time,Ticket ID,Status",
            "1,2026-09-01 10:00:00,a1,+33123456789,Inbound,12,77,Completed",
            "calls",
            "call_id started_at agent_id caller_number direction hold_seconds ticket_id queued_at",
        ),
        (  # Amazon Connect: its agent times are moments
            "Contact ID,Initiation Timestamp,Connected to agent timestamp,Disconnect Timestamp",
            "1,2026-09-01T10:00:00Z,2026-09-01T10:00:09Z,2026-09-01T10:05:00Z",
            "calls",
            "call_id started_at answered_at ended_at queued_at",
        ),
        (  # Five9: its call time and queue wait time are durations, its call type a direction
            "CALL ID,TIMESTAMP,CALL TYPE,AGENT,CALL TIME,QUEUE TIME,HOLD TIME,AFTER CALL WORK TIME",
            "1,2026-09-01 10:00:00,Inbound,a1,00:04:00,00:00:20,00:00:10,00:01:30",
            "calls",
            "call_id started_at direction agent_id hold_seconds wrap_up_seconds queued_at",
        ),
        (  # Genesys Cloud: its wrap-up is a code
            "Conversation ID,Direction,Date,End Date,Queue,Wrap-up,Total Hold,Total ACW",
            "c1,Inbound,2026-09-01 10:00:00,2026-09-01 10:05:00,sales,Sold,0:00:05,0:00:30",
            "calls",
            "call_id direction started_at ended_at queue hold_seconds wrap_up_seconds queued_at",
        ),
        (  # Freshdesk: its response time is a number of hours
            "Ticket ID,Status,Source,Type,Agent,Group,Created time,Resolved time,"
            "First response time (in hrs)",
            "1,Closed,Email,Question,a1,g1,2026-09-01 10:00,2026-09-02 10:00,01:15:00",
            "tickets",
            "ticket_id status channel request_type agent_id team created_at resolved_at",
        ),
        (  # Salesforce
            "Case Number,Case Origin,Status,Priority,Date/Time Opened,Date/Time Closed,Case Owner",
            "1,Email,Closed,High,01/31/2026 10:00,02/01/2026 10:00,a1",
            "tickets",
            "ticket_id channel status priority created_at closed_at agent_id",
        ),
        (  # Delighted
            "Id,Survey Type,Score,Created At,Responded At",
            "1,nps,9,2026-09-01 10:00:00,2026-09-01 10:00:00",
            "surveys",
            "survey_id kind score responded_at",
        ),
        (  # Trustpilot
            "Review ID,Review Created,Review Stars,Order ID",
            "1,2026-09-01 10:00:00,4,77",
            "reviews",
            "review_id posted_at rating order_id",
        ),
        (
            "Llamada,Sentido,Hora inicio,Respondida,Hora fin,Transferencias",
            "1,entrante,2026-09-01 10:00:00,sí,2026-09-01 10:05:00,0",
            "calls",
            "call_id direction started_at ended_at transfers queued_at",
        ),
    ],
)
def test_headers_of_common_tools_are_known_and_their_values_looked_at(
    tmp_path, header, row, table, expected
):
    found, columns = mapped(tmp_path, f"{header}\n{row}\n")
    assert (found, set(columns)) == (table, set(expected.split()))


def test_a_clock_of_its_own_is_put_behind_its_day(tmp_path):
    _, columns = mapped(
        tmp_path,
        "Call,Date,Start Time,End Time,Queue Time\n"
        "1,01/09/2026,10:00:00,10:05:00,00:00:20\n2,01/09/2026,00:30:00,00:35:00,00:01:20\n",
    )
    assert columns["started_at"] == '"Date" || \' \' || "Start Time"'
    assert columns["ended_at"] == '"Date" || \' \' || "End Time"'
    # Its clocks are all under an hour: how long somebody waited.
    assert "Queue Time" not in columns["queued_at"]


def test_without_a_menu_a_call_is_queued_as_it_starts(tmp_path):
    """Else an unanswered call counts as lost in the menu, and the answer rate is 100 %."""
    _, columns = mapped(tmp_path, "Call,Rang\n1,2026-09-01 10:00:00\n")
    assert columns["queued_at"] == columns["started_at"] == '"Rang"'
    _, columns = mapped(tmp_path, "Call,Rang,Queued\n1,2026-09-01 10:00:00,2026-09-01 10:00:09\n")
    assert columns["queued_at"] == '"Queued"'


def test_a_header_over_several_lines_stays_yaml(tmp_path):
    _, columns = mapped(tmp_path, '"Call\nID","not\nours"\n1,2\n')
    assert columns["call_id"] == '"Call\nID"'


def test_words_that_nobody_knows_are_to_be_translated(tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text("Call,Direction\n1,Inbound\n2,Zugang\n")
    text = init([file])
    assert "# ? to be translated to inbound, outbound" in text
    assert "zugang" not in text.lower()
    file.write_text("Call,Direction\n1,Inbound\n2,OUT\n")
    assert "to be translated" not in init([file])


@pytest.mark.parametrize(
    ("header", "text", "seconds"),
    [
        ("Hold (s)", "12", 12),
        ("Hold", "12", 12),
        ("Hold (s)", "45,5", 46),
        ("Hold (min)", "1,5", 90),
        ("Hold minutes", "2", 120),
        ("Hold time in seconds", "2", 2),
        ("Hold (ms)", "1500", 2),
        ("Hold", "0:01:30", 90),
        ("Hold (hh:mm:ss)", "00:01:30", 90),
        ("Hold", "1:30", None),  # minutes or hours?
        ("Hold", "1.5", None),  # seconds or minutes?
        ("Hold", "none", None),
    ],
)
def test_seconds_are_known_by_unit_and_form(header, text, seconds):
    expression = seconds_expression(header, [text])
    if seconds is None:
        assert expression is None
    else:
        relation = duckdb.sql(f"select {expression} from (select '{text}' as \"{header}\")")
        assert float(relation.fetchall()[0][0]) == seconds


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
            {"call_id", "agent_id", "reason", "started_at", "queued_at", "is_resolved"},
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
