"""Telephone numbers in common forms come out as `phonenumbers` alone would bring them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service_kpis.landing import numbers

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def by_the_library(text: str, country: str) -> str | None:
    """Give a number's E.164 digits, None where it is no possible number."""
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]


@st.composite
def written(draw: st.DrawFn) -> str:
    """Draw a number as a switch may write it: digits in groups behind a prefix."""
    digits = draw(st.text("0123456789", min_size=3, max_size=12))
    code = draw(st.sampled_from(CODES))
    prefix = draw(
        st.sampled_from(
            ["", "0", "00", "000", "1", "8", "011", "+", f"+{code}", f"00{code}", str(code)]
        )
    )
    number = prefix + digits
    for separator in draw(st.lists(st.sampled_from(" .-"), max_size=3)):
        place = draw(st.integers(0, len(number)))
        number = number[:place] + separator + number[place:]
    return number


@settings(max_examples=2000, deadline=None)
@given(text=written(), country=st.sampled_from(COUNTRIES))
@example(text="+390612345678", country="FR")  # Italy keeps its zero
@example(text="0061412345678", country="AU")  # 0011 is dialled abroad there, 00 is none
@example(text="+053620591", country="BR")  # 053 is not Cuba's 53
@example(text="8005551234", country="US")
@example(text="18005551234", country="US")
@example(text="+5491123456789", country="FR")  # Argentina moves a 9
@example(text="+4407911123456", country="FR")  # a trunk 0 that does not belong there
def test_a_plain_number_is_what_the_library_says(text: str, country: str) -> None:
    found = numbers._plain_number(text.strip(), country)
    assert found in (None, by_the_library(text.strip(), country))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+33612345678", "FR"),
        ("06 12 34 56 78", "FR"),
        ("0033612345678", "FR"),
        ("+49 30 20000001", "FR"),
        ("030-20000001", "DE"),
        ("212.555.0123", "US"),
        ("612345678", "ES"),
        ("+39 06 1234 5678", "FR"),
    ],
)
def test_common_forms_are_plain(text: str, country: str) -> None:
    assert numbers._plain_number(text, country) == by_the_library(text, country) is not None


def test_every_example_of_every_country_is_what_the_library_says() -> None:
    told = 0
    for country in COUNTRIES:
        for kind in phonenumbers.PhoneNumberType.values():
            example_number = phonenumbers.example_number_for_type(country, kind)
            if example_number is None:
                continue
            for form in (
                phonenumbers.PhoneNumberFormat.E164,
                phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                phonenumbers.PhoneNumberFormat.NATIONAL,
            ):
                text = phonenumbers.format_number(example_number, form)
                found = numbers._plain_number(text, country)
                assert found in (None, by_the_library(text, country)), (text, country)
                told += found is not None
    assert told > 3000
