"""Where an identifier of somebody forgotten stands in a key, the name of a file or another text."""

from __future__ import annotations

import pytest

from service_kpis.landing.forgotten import Forgotten, forgotten_hash


@pytest.mark.parametrize(
    "text",
    [
        "calls_{}.csv",
        "mail/{}:1",
        "to {}, bob@example.com",
        "bob@example.com@{}",
    ],
)
def test_an_address_of_many_parts_is_found_in_a_name(text: str) -> None:
    address = "anne.marie.de-la-tour@mail.example.co.uk"  # of nine words
    known = {forgotten_hash(b"key", "e_mail", address): "forgotten_anne"}
    forgotten = Forgotten(b"key", known, frozenset())
    assert forgotten.part_of(text.format(address)) == "forgotten_anne"
    assert forgotten.part_of(text.format(f"x{address}")) is None


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("calls/ab-123:1", "id"),
        ("calls/ab-12:1", None),
        ("xab-123", None),
        ("ab-1234", None),
        ("calls_12.345.67.csv", "number"),
        ("calls_123456.csv", None),
        ("12345678", None),
    ],
)
def test_an_id_of_six_letters_and_a_number_of_seven_digits_are_found_in_a_key(
    text: str, token: str | None
) -> None:
    """Shorter ones stand in any text by chance, and a part of a longer word is another word."""
    known = [
        ("customer", "ab-123", "id"),
        ("customer", "ab-12", "short id"),
        ("digits", "1234567", "number"),
        ("digits", "123456", "short number"),
    ]
    tokens = {forgotten_hash(b"key", kind, value): told for kind, value, told in known}
    assert Forgotten(b"key", tokens, frozenset()).part_of(text) == token
