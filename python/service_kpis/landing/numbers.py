"""Telephone numbers as switches write them, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

WITHHELD = frozenset({"anonymous", "unknown", "restricted", "withheld", "private", "unavailable"})
TOKEN_PREFIX = "forgotten_"  # noqa: S105  no password
"""What every token begins with that stands for an erased person (landing/forgotten.py)."""

_PLAIN = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){3,16}")
_SEPARATORS = str.maketrans("", "", " .-")
_LONGEST_CALLING_CODE = 3
_NOTHING = r"(?!)"


@lru_cache(maxsize=100_000)
def normalise_number(number: str, country: str) -> tuple[str, str] | None:
    """Give (kind, normalised) of a number as its switch wrote it, or None where it is withheld.

    Kind `phone`: E.164 digits without `+`, where `phonenumbers` can parse it and calls it possible;
    `text`: the trimmed text, where it holds a digit (extensions, short codes).
    """
    text = number.strip()
    if plain := _plain_number(text, country):
        return "phone", plain
    if text.lower() in WITHHELD:
        return None
    if text.startswith(TOKEN_PREFIX):
        return "text", text
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed and phonenumbers.is_possible_number(parsed):
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        return "phone", e164.removeprefix("+")
    has_digit = any(unicodedata.category(mark) == "Nd" for mark in text)
    return ("text", text) if has_digit else None


@dataclass(frozen=True)
class _Plan:
    """What `phonenumbers` knows of the numbers of a country, or behind a calling code."""

    code: str
    lengths: frozenset[int]
    whole: re.Pattern[str]
    abroad: re.Pattern[str]
    """What is dialled before a number of another country."""
    prefix: re.Pattern[str]
    """What may be dialled before a number within the country, and is cut off."""
    trunk: str
    """That prefix, where it is a 0 before every number; else empty."""


def _plain_number(text: str, country: str) -> str | None:
    """Give the E.164 digits of a number in a common form, as `phonenumbers` would; else None.

    Parsing takes `phonenumbers` 27 µs, and most numbers need little of what it is good at: they
    are a calling code and as many digits as its numbers have, or a number of the own country with
    its trunk 0 or none. What that is in each country comes from its metadata.
    """
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.translate(_SEPARATORS)
    if digits[0] == "+":
        return _international(digits[1:])
    home = _plan_of_country(country)
    if home is None:
        return None
    if home.abroad.match(digits):
        is_double_zero = home.abroad.pattern == "00" and digits[2] != "0"
        return _international(digits[2:]) if is_double_zero else None
    return _national(digits, home)


def _international(digits: str) -> str | None:
    if digits[0] == "0":  # no calling code begins so
        return None
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        if plan := _plan_of_code(digits[:length]):
            national = digits[length:]
            is_plain = len(national) in plan.lengths and not plan.prefix.match(national)
            return digits if is_plain else None
    return None


def _national(digits: str, home: _Plan) -> str | None:
    national = digits
    if home.prefix.match(digits):
        national = digits.removeprefix(home.trunk)
        if not home.trunk or not home.whole.fullmatch(national):
            return None
    elif digits.startswith(home.code):
        return None
    # Countries share a calling code: what is possible behind it says the first of them.
    first = _plan_of_code(home.code)
    is_possible = first and len(national) in home.lengths & first.lengths
    return home.code + national if is_possible else None


@cache
def _plan_of_code(code: str) -> _Plan | None:
    region = phonenumbers.region_code_for_country_code(int(code))
    return _plan(PhoneMetadata.metadata_for_region_or_calling_code(int(code), region))


@cache
def _plan_of_country(country: str) -> _Plan | None:
    return _plan(PhoneMetadata.metadata_for_region(country, None))


def _plan(metadata: PhoneMetadata | None) -> _Plan | None:
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    is_trunk = prefix == "0" and not metadata.national_prefix_transform_rule
    return _Plan(
        code=str(metadata.country_code),
        lengths=frozenset(metadata.general_desc.possible_length),
        whole=re.compile(metadata.general_desc.national_number_pattern or _NOTHING),
        abroad=re.compile(metadata.international_prefix or _NOTHING),
        prefix=re.compile(prefix or _NOTHING),
        trunk="0" if is_trunk else "",
    )
