"""Who is meant by an id, a telephone number or an e-mail address, and by what else they are known.

The KPIs count a customer, and a number that is nobody's, each as one: such *identities* are kept
apart, so that no KPI changes. A person is mostly one of them, and then bears one token. The switch
may also know a customer on calls from a number that no mapping names: where it knows no other
customer by it, the number is that person's too, and an identity of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.forgotten import e_mail_as_known
from service_kpis.landing.numbers import normalise_number


@dataclass
class Person:
    """A person's identifiers, as the warehouse holds them."""

    customers: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    """Normalised, of these customers or of nobody."""
    e_mails: set[str] = field(default_factory=set)
    """In lower case."""
    shared_numbers: set[str] = field(default_factory=set)
    """Normalised, on calls of these customers or claimed by them, but somebody else's as well."""


def find_person(
    connection: duckdb.DuckDBPyConnection, given: str, countries: Iterable[str]
) -> Person | None:
    """Find who is meant, or None; a number in national form is read in each of `countries`.

    Raises InputError where several people may be meant.
    """
    _make_people(connection)
    text = given.strip()
    person = Person()
    if _is_customer(connection, text):
        person.customers.add(text)
    owners = _owners_of_e_mail(connection, e_mail_as_known(text))
    numbers = _known_numbers(connection, text, countries)
    if not person.customers:
        if len({owner or number for number, owner in numbers.items()}) > 1:
            raise InputError(
                "Several people may be meant. Give the customer's id, or the number with + and its "
                "country code."
            )
        person.customers.update(owner for owner in numbers.values() if owner)
    person.customers.update(owners)
    # An id that is a number: nobody else's number is the same person's.
    person.numbers.update(
        number for number, owner in numbers.items() if owner is None or owner in person.customers
    )
    if not (person.customers or person.numbers):
        return None
    _complete(connection, person)
    return person


def _make_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make temporary `number_owners` and `numbers_on_calls` (normalised, customer_id)."""
    connection.execute(
        """
        create or replace temp table number_owners as
        select distinct normalised, customer_id
        from raw.parties
        where kind = 'phone'
        """
    )
    connection.execute(
        """
        create or replace temp table numbers_on_calls as
        select distinct party.normalised, call.customer_id
        from raw.calls as call
        join raw.parties as party
            on party.kind = 'phone'
            and party.source_name = call._source
            and party.identifier = call.caller_number
        where call.customer_id is not null
        """
    )
    connection.execute(
        """
        create or replace temp table e_mail_owners as
        select
            lower(trim(value)) as e_mail,
            arg_max(customer_id, (_landed_at, _file, _row)) as customer_id
        from raw.customer_identifiers
        where kind = 'email'
        group by lower(trim(value))
        """
    )


def _is_customer(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    found = connection.execute(
        "select 1 from raw.parties where kind = 'customer' and identifier = ?", [text]
    ).fetchone()
    return found is not None


def _owners_of_e_mail(connection: duckdb.DuckDBPyConnection, e_mail: str) -> list[str]:
    """Give the customer of an e-mail address; an address may be a customer's id as well."""
    rows = connection.execute(
        "select customer_id from e_mail_owners where e_mail = ? "
        "union select identifier from raw.parties "
        "where kind = 'customer' and lower(identifier) = ? and contains(identifier, '@')",
        [e_mail, e_mail],
    ).fetchall()
    return [row[0] for row in rows]


def _known_numbers(
    connection: duckdb.DuckDBPyConnection, text: str, countries: Iterable[str]
) -> dict[str, str | None]:
    """Give the numbers that a text may mean and the warehouse knows, with their customers."""
    meant = {
        normalised[1] for country in countries if (normalised := normalise_number(text, country))
    }
    rows = connection.execute(
        "select normalised, customer_id from number_owners where list_contains(?::varchar[], "
        "normalised)",
        [sorted(meant)],
    ).fetchall()
    return dict(rows)


def _complete(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Add what else each customer and number is known by, until nothing is new."""
    size = -1
    while size != (size := len(person.customers) + len(person.numbers) + len(person.e_mails)):
        person.numbers |= _column(connection, _NUMBERS_OF_CUSTOMERS, person.customers)
        person.customers |= _column(connection, _CUSTOMERS_OF_NUMBERS, person.numbers)
        person.e_mails |= _column(connection, _E_MAILS_OF_CUSTOMERS, person.customers)
        person.e_mails |= {e_mail_as_known(one) for one in person.customers if "@" in one}
        person.customers |= _column(connection, _CUSTOMERS_BY_E_MAIL, person.e_mails)
    beside = _column(connection, _NUMBERS_BESIDE_CUSTOMERS, person.customers)
    person.shared_numbers |= beside - person.numbers


_ONLY_CUSTOMER_ON_CALLS = """
    select normalised, min(numbers_on_calls.customer_id) as customer_id
    from numbers_on_calls
    join number_owners as owner using (normalised)
    group by normalised
    having bool_and(owner.customer_id is null) and count(distinct numbers_on_calls.customer_id) = 1
"""
_NUMBERS_OF_CUSTOMERS = f"""
    select normalised
    from (from number_owners union all ({_ONLY_CUSTOMER_ON_CALLS}))
    where list_contains($1::varchar[], customer_id)
"""
_CUSTOMERS_OF_NUMBERS = f"""
    select customer_id
    from (from number_owners union all ({_ONLY_CUSTOMER_ON_CALLS}))
    where list_contains($1::varchar[], normalised)
"""
_E_MAILS_OF_CUSTOMERS = """
    select e_mail
    from e_mail_owners
    where list_contains($1::varchar[], customer_id)
"""
_CUSTOMERS_BY_E_MAIL = """
    select identifier
    from raw.parties
    where kind = 'customer' and list_contains($1::varchar[], lower(identifier))
"""
_NUMBERS_BESIDE_CUSTOMERS = """
    select normalised
    from numbers_on_calls
    where list_contains($1::varchar[], customer_id)
    union
    select party.normalised
    from raw.customer_identifiers as claim
    join raw.parties as party
        on party.kind = 'phone'
        and party.source_name = claim._source
        and party.identifier = claim.value
    where claim.kind = 'phone' and list_contains($1::varchar[], claim.customer_id)
"""


def _column(connection: duckdb.DuckDBPyConnection, sql: str, known: set[str]) -> set[str]:
    """Run one of the queries above on what is known; gives its values that are not null."""
    rows = connection.execute(sql, [sorted(known)]).fetchall()
    return {value for (value,) in rows if value is not None}
