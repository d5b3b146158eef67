"""People who must not leave the warehouse: every personal field of theirs is a marked canary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from landing_helpers import write
from service_kpis import publishing, state
from service_kpis.landing import land
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse

ANNE = {
    "customer": "K-ANNE-7301",
    "numbers": ("06 39 98 11 22", "+33639981122", "0033 6 39 98 11 22", "+33 1 99 00 47 11"),
    "e_mails": ("Anne.Kanari@Example.com", "anne.kanari@example.com"),
    "names": ("Änne Kanarí-Ζ", "anne kanari"),
}
BOB = {
    "customer": "K-BOB-8802",
    "numbers": ("+33 6 39 98 55 66", "0639985566"),
    "e_mails": ("bob.kanari@example.com",),
    "names": ("Bób Kanarí",),
}
CARL = {"numbers": ("+49 30 23125 471", "+493023125471")}
"""Carl is a number alone."""

# Who calls, as models/intermediate/int_calls_identified.sql has it.
IDENTIFIED = """
    select call._source, call.call_id, coalesce(customer.caller_hash, number.caller_hash) as hash
    from raw.calls as call
    left join raw.parties as number
        on number.kind = 'phone' and number.source_name = call._source
        and number.identifier = call.caller_number
    left join raw.parties as customer
        on customer.kind = 'customer'
        and customer.identifier = coalesce(call.customer_id, number.customer_id)
"""

_SWITCH = """name: switch
timezone: Europe/Paris
tables:
  calls: {files: calls.csv}
"""
_COLUMNS = "call_id,direction,customer_id,caller_number,client,reason,started_at,answered_at"
_CALLS = (
    f"{_COLUMNS},ended_at,name,remark"
    + """
1,inbound,,06 39 98 11 22,,,2025-01-06 09:00:00,,2025-01-06 09:05:00,Änne Kanarí-Ζ,06.39.98.11.22
2,inbound,,+33639981122,acme,invoice,2025-01-06 10:00:00,,2025-01-06 10:05:00,anne kanari,
3,inbound,K-ANNE-7301,0033 6 39 98 11 22,acme,,2025-01-07 10:00:00,,2025-01-07 10:05:00,,
4,inbound,K-ANNE-7301,+33 1 99 00 47 11,acme,,2025-01-07 11:00:00,,2025-01-07 11:05:00,,
5,inbound,K-ANNE-7301,+33 6 39 98 55 66,acme,,2025-01-07 12:00:00,,2025-01-07 12:05:00,,
6,inbound,K-ANNE-7301,anonymous,acme,,2025-01-07 13:00:00,,2025-01-07 13:05:00,,
7,inbound,,+33 1 99 00 47 11,acme,,2025-01-08 09:00:00,,2025-01-08 09:05:00,,
8,inbound,,0639985566,acme,return,2025-01-08 10:00:00,,2025-01-08 10:05:00,Bób Kanarí,
9,inbound,K-BOB-8802,+33 6 39 98 55 66,acme,return,2025-01-08 11:00:00,,2025-01-08 11:05:00,,
10,inbound,,+49 30 23125 471,acme,,2025-01-08 12:00:00,,2025-01-08 12:05:00,,
11,inbound,,+493023125471,acme,,2025-01-09 12:00:00,,2025-01-09 12:05:00,,
12,inbound,,4711,acme,,2025-01-09 13:00:00,,2025-01-09 13:05:00,,
13,inbound,,06 39 98 11 22,acme,,no time,,,Änne Kanarí-Ζ,Anne.Kanari@Example.com wrote
14,inbound,K-ANNE-7301,,acme,,2025-01-09 14:00:00,,never,,
15,inbound,,0639985566,acme,,later,,2025-01-09 13:05:00,Bób Kanarí,
16,inbound,,+33639981122,acme,,2025-01-09 14:00:00
"""
)
_SHOP = """name: shop
timezone: Europe/Paris
tables:
  customers: {files: customers.csv}
  customer_identifiers: {files: identifiers.csv}
  tickets: {files: tickets.csv}
  orders: {files: orders.csv}
  surveys: {files: surveys.csv}
  reviews: {files: reviews.csv}
"""
_TABLES = {
    "customers.csv": """customer_id,segment,country,acquired_on,name
K-ANNE-7301,consumer,FR,2024-01-01,Änne Kanarí-Ζ
K-BOB-8802,business,DE,2024-01-02,Bób Kanarí
""",
    "identifiers.csv": """kind,value,customer_id
phone,06 39 98 11 22,K-ANNE-7301
phone,+33639981122,K-ANNE-7301
email,Anne.Kanari@Example.com,K-ANNE-7301
email,anne.kanari@example.com,K-ANNE-7301
phone,0639985566,K-ANNE-7301
phone,+33 6 39 98 55 66,K-BOB-8802
email,bob.kanari@example.com,K-BOB-8802
""",
    "tickets.csv": """ticket_id,customer_id,channel,status,created_at
t1,K-ANNE-7301,email,open,2025-01-06 12:00:00
t2,K-BOB-8802,email,open,2025-01-06 12:00:00
""",
    "orders.csv": """order_id,customer_id,status,ordered_at,amount
o1,K-ANNE-7301,placed,2025-01-05 12:00:00,10
o2,K-BOB-8802,placed,2025-01-05 12:00:00,20
""",
    "surveys.csv": """survey_id,kind,customer_id,call_id,responded_at,score,comment
s1,nps,K-ANNE-7301,3,2025-01-07 13:00:00,9,says Änne Kanarí-Ζ
s2,nps,anne.kanari@example.com,,2025-01-07 13:00:00,3,
s3,nps,K-BOB-8802,,2025-01-07 13:00:00,8,
""",
    "reviews.csv": """review_id,customer_id,platform,rating,posted_at,text
r1,K-ANNE-7301,shop,5,2025-01-07 13:00:00,call Anne on +33639981122
""",
}


def write_canaries(folder: Path) -> list[Path]:
    """Write two sources; gives their folders, in the order to land them."""
    return [
        write(folder / "switch", {"source.yml": _SWITCH, "calls.csv": _CALLS}),
        write(folder / "shop", {"source.yml": _SHOP, **_TABLES}),
    ]


def land_canaries(warehouse: Warehouse, folder: Path) -> None:
    with warehouse.locked():
        land(warehouse, write_canaries(folder))


def publish_canaries(warehouse: Warehouse, build_id: str) -> None:
    """Stand in for dbt, and publish: a fact, a KPI, a view with the database's own name, notes."""
    with warehouse.connect() as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("create schema if not exists staging")
        connection.execute("create schema if not exists intermediate")
        connection.execute(f"create or replace table marts.fct_calls as {IDENTIFIED}")
        connection.execute(
            "create or replace table marts.kpi_values as "
            f"select 'callers' as kpi_key, count(distinct hash) as value from ({IDENTIFIED})"
        )
        connection.execute("comment on table marts.fct_calls is 'One row a call; it''s a fact'")
        connection.execute("comment on column marts.fct_calls.hash is 'who'")
        connection.execute(
            "create or replace view staging.stg_calls as select * from build.raw.calls"
        )
        connection.execute(
            "create or replace table intermediate.spans as "
            "select customer_id, 1 as n from raw.orders"
        )
        connection.execute(
            "create or replace table intermediate.latest_dbt_run as select ? as invocation_id",
            [build_id],
        )
    about: Any = {"at": "", "models": 1, "as_of": None, "vars": {}, "failed": []}
    build: Any = {"id": build_id, "passed": True, "is_whole": True, **about}
    checks: Any = {"build_id": build_id, "passed": True, "at": "", "count": 1, "failed": []}
    state.update(warehouse, {"build": build, "checks": checks})
    with warehouse.locked():
        publishing.publish(warehouse, Progress())


def canaries(*people: dict[str, object]) -> list[str]:
    """Give every text that tells of these people, and the digits of their numbers."""
    found: set[str] = set()
    for person in people:
        for texts in person.values():
            found.update([texts] if isinstance(texts, str) else texts)  # type: ignore[arg-type]
        for number in person["numbers"]:  # type: ignore[attr-defined]
            digits = "".join(mark for mark in number if mark.isdigit())
            found.update({digits, digits.removeprefix("00"), digits.lstrip("0")})
    return sorted(found)


def leaks(folder: Path, texts: list[str]) -> list[str]:
    """Name the files under a folder that hold one of some texts, in any case, and the tables.

    A file's bytes are searched as they are, and a database's tables value by value as well: DuckDB
    compresses what it stores.
    """
    found = []
    needles = [text.lower() for text in texts]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for form in ("utf-8", "utf-16-le"):
            content_lower = content.decode(form, "ignore").lower()
            found += [f"{path.name}: {each}" for each in needles if each in content_lower]
        if path.suffix == ".duckdb":
            found += _leaks_of_tables(path, needles)
    return found


def _leaks_of_tables(path: Path, needles: list[str]) -> list[str]:
    found = []
    with duckdb.connect(path, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in tables:
            for row in connection.execute(f'select * from "{schema}"."{table}"').fetchall():
                told = " ".join(map(str, row)).lower()
                found += [
                    f"{path.name} {schema}.{table}: {each}" for each in needles if each in told
                ]
    return found
