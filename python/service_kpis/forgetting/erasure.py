"""What is to be written in the place of a person: made once, kept until every file is rewritten."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import phonenumbers

from service_kpis import state
from service_kpis.forgetting.person import Person
from service_kpis.landing.forgotten import (
    DIGITS_OF_A_NUMBER,
    LETTERS_OF_AN_ID,
    Forgotten,
    forgotten_hash,
    new_token,
)
from service_kpis.landing.parties import keyed_hash
from service_kpis.sql import scalar
from service_kpis.warehouse import Warehouse


@dataclass(frozen=True)
class Erasure:
    """Each identifier of a person, with the token that takes its place."""

    customers: dict[str, str]
    numbers: list[tuple[str, str, str]]
    """(source, number as it was written, token)."""
    e_mails: dict[str, str]
    """Addresses are in lower case."""
    hashes: dict[str, str]
    """What was published of the person: keyed hashes, old and new."""
    known_as: list[tuple[str, str, str, str]]
    """What raw.forgotten keeps: (kind, hash of the identifier, token, hash of the token)."""
    normalised: dict[str, str]
    """Normalised numbers, with their tokens."""
    digits: dict[str, str]
    """The digits of each number in every form that is usual, with its token."""
    shared_numbers: int
    """How many numbers of calls of this person stay, as they are somebody else's as well."""

    @property
    def tokens(self) -> list[str]:
        """Every token of the person: mostly one."""
        return sorted({token for _, _, token, _ in self.known_as})

    @property
    def pattern(self) -> str:
        """Find by a regular expression whatever may tell of the person; empty where nothing may."""
        between = r"\D{0,3}"
        ids = [one for one in self.customers if len(one) >= LETTERS_OF_AN_ID]
        return "|".join(
            [between.join(digits) for digits in sorted(self.digits)]
            + [re.escape(text) for text in sorted({*ids, *self.e_mails})]
        )

    def as_landing_knows(self, key: bytes) -> Forgotten:
        """Give what a later landing will know of the person, and nothing of others."""
        return Forgotten(
            key=key,
            tokens={found: token for _, found, token, _ in self.known_as},
            customers=frozenset(self.customers.values()),
        )


def make_erasure(connection: duckdb.DuckDBPyConnection, key: bytes, person: Person) -> Erasure:
    """Give every identifier its token: one for the person, numbered where the KPIs count apart."""
    base = new_token()
    tokens: list[str] = []

    def another() -> str:
        tokens.append(base if not tokens else f"{base}_{len(tokens) + 1}")
        return tokens[-1]

    customers = {customer: another() for customer in sorted(person.customers)}
    normalised: dict[str, str] = {}
    for number in sorted(person.numbers):
        owner = _owner_or_caller(connection, number, customers)
        normalised[number] = customers[owner] if owner else another()
    numbers = connection.execute(
        "select source_name, identifier, normalised from raw.parties where kind = 'phone' "
        "and list_contains(?::varchar[], normalised) order by all",
        [sorted(normalised)],
    ).fetchall()
    e_mails = dict.fromkeys(sorted(person.e_mails), base)
    hashes = {
        keyed_hash(key, "customer", customer): keyed_hash(key, "customer", token)
        for customer, token in customers.items()
    }
    known_as = [
        (
            "customer",
            forgotten_hash(key, "customer", customer),
            token,
            keyed_hash(key, "customer", token),
        )
        for customer, token in customers.items()
    ]
    known_as += [
        ("e_mail", forgotten_hash(key, "e_mail", e_mail), token, keyed_hash(key, "customer", token))
        for e_mail, token in e_mails.items()
    ]
    for position, (number, token) in enumerate(normalised.items(), start=1):
        is_owned = token in customers.values()
        own = keyed_hash(key, "text", token)
        # An older published file may have it as nobody's number: there, it stays one by itself.
        alone = keyed_hash(key, "text", f"{token} {position}") if is_owned else own
        for kind in ("phone", "text"):
            hashes[keyed_hash(key, kind, number)] = alone
            owner_hash = keyed_hash(key, "customer", token) if is_owned else own
            known_as.append((kind, forgotten_hash(key, kind, number), token, owner_hash))
    digits = {
        form: token
        for number, token in normalised.items()
        for form in _digits(number, [written for _, written, known in numbers if known == number])
    }
    token_hashes = {token: token_hash for _, _, token, token_hash in known_as}
    known_as += [
        ("digits", forgotten_hash(key, "digits", form), token, token_hashes[token])
        for form, token in digits.items()
    ]
    return Erasure(
        customers=customers,
        numbers=[
            (source, as_written, normalised[number]) for source, as_written, number in numbers
        ],
        e_mails=e_mails,
        hashes=hashes,
        known_as=known_as,
        normalised=normalised,
        digits=digits,
        shared_numbers=len(person.shared_numbers),
    )


def _digits(number: str, as_written: Iterable[str]) -> set[str]:
    """Give the digits of a normalised number as people and systems write it."""
    forms = {number, *as_written}
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        pass
    else:
        national = phonenumbers.national_significant_number(parsed)
        local = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        whole = (number, f"{parsed.country_code}0{national}")
        forms |= {national, local, *whole, *(f"00{each}" for each in whole)}
    found = {re.sub(r"\D", "", form) for form in forms}
    return {digits for digits in found if len(digits) >= DIGITS_OF_A_NUMBER}


def _owner_or_caller(
    connection: duckdb.DuckDBPyConnection, number: str, customers: Iterable[str]
) -> str | None:
    """Give the customer whom the KPIs take a number for; None where it counts by itself."""
    owner = scalar(
        connection,
        "select min(customer_id) from raw.parties where kind = 'phone' and normalised = ?",
        [number],
    )
    if owner is not None:
        return str(owner)
    calls = connection.execute(
        "select distinct call.customer_id from raw.calls as call join raw.parties as party "
        "on party.kind = 'phone' and party.source_name = call._source "
        "and party.identifier = call.caller_number where party.normalised = ?",
        [number],
    ).fetchall()
    known = {customer for (customer,) in calls}
    return known.pop() if len(known) == 1 and known <= set(customers) else None


def pending(warehouse: Warehouse) -> Path:
    """Name the file of an erasure that is begun and not finished."""
    return warehouse.folder / ".forget.json"


def write_pending(warehouse: Warehouse, erasure: Erasure) -> None:
    """Keep an erasure until it is done, for its owner's eyes alone: a killed one is finished."""
    path = pending(warehouse)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.touch(mode=0o600)
    state.write_through(draft, json.dumps(asdict(erasure)).encode())
    draft.replace(path)
    state.sync(warehouse.folder)


def read_pending(warehouse: Warehouse) -> Erasure | None:
    """Give the erasure that was begun and not finished."""
    try:
        found = json.loads(pending(warehouse).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Erasure(
        **{
            **found,
            "numbers": [tuple(row) for row in found["numbers"]],
            "known_as": [tuple(row) for row in found["known_as"]],
        }
    )
