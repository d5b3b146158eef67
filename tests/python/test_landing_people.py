"""raw.parties after a landing, which looks at its own rows, is what all of raw would give."""

from __future__ import annotations

from pathlib import Path
from random import Random

from landing_helpers import CALL, CALLS, query, write
from service_kpis.landing import land
from service_kpis.landing.keys import warehouse_key
from service_kpis.landing.parties import refresh_parties
from service_kpis.warehouse import Warehouse

_NUMBERS = (
    "0612345678",
    "+33 6 12 34 56 78",
    "0033612345678",
    "06 98 76 54 32",
    "0470123456",
    "4711",
    "anonymous",
    "",
)
_CUSTOMERS = ("k1", "k2", "k3", "k4")
_PARTIES = "select * from raw.parties order by all"


def _drawn(random: Random, name: str) -> dict[str, str | bytes]:
    """Draw a source of few people, which an export after the other names and drops."""
    calls = [f"{CALLS},customer_id,caller_number,agent_id"]
    calls += [
        f"{name}{number},{CALL},{random.choice(('', *_CUSTOMERS))},"
        f"{random.choice(_NUMBERS)},{random.choice(('', 'g1', 'g2', 'g3'))}"
        for number in random.sample(range(5), 3)
    ]
    claimed = random.sample([number for number in _NUMBERS if number], 2)
    claims = ["kind,value,customer_id"]
    claims += [f"phone,{number},{random.choice(_CUSTOMERS)}" for number in claimed]
    modes = [random.choice(("", ", mode: replace")) for _ in range(2)]
    definition = (
        f"name: {name}\ndefault_country: {random.choice(('FR', 'FR', 'FR', 'BE'))}\ntables:\n"
        f"  calls: {{files: calls.csv{modes[0]}}}\n"
    )
    if random.random() < 0.5:
        definition += f"  customer_identifiers: {{files: claims.csv{modes[1]}}}\n"
    files = {"calls.csv": calls, "claims.csv": claims}
    return {"source.yml": definition} | {name: "\n".join(rows) for name, rows in files.items()}


def test_parties_are_as_if_all_of_raw_were_looked_at(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    random = Random(3)  # noqa: S311  no secret
    gone, owned = 0, 0
    before: set[object] = set()
    for _ in range(10):
        name = random.choice("ab")
        land(warehouse, [write(tmp_path / name, _drawn(random, name))])
        kept = query(warehouse, _PARTIES)
        with warehouse.connect() as connection:
            key, _ = warehouse_key(warehouse, connection)
            countries = dict(
                connection.execute(
                    "select source_name, default_country from raw.sources"
                ).fetchall()
            )
            connection.execute("begin")
            connection.execute("delete from raw.parties")
            refresh_parties(connection, key, countries)
            anew = connection.execute(_PARTIES).fetchall()
            connection.execute("rollback")
        assert kept == anew
        known = {row[:3] for row in kept}
        gone += len(before - known)
        owned += sum(row[0] == "phone" and row[4] is not None for row in kept)
        before = known
    assert gone > 5, "nobody went, so that nothing is tested"
    assert owned > 5
