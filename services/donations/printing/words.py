"""What letters say in Japanese and English: dates, amounts and purposes in words. Their fixed words are in
`letters.typ`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.donations.domain.money import Money, written
from shared.printing.press import Words, plain


class Language(StrEnum):
    """The languages of letters, as a donor's language begins."""

    JA = "ja"
    EN = "en"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_PURPOSES = {
    "food": ("食糧支援", "Food"),
    "clothing": ("衣料支援", "Clothing"),
    "medical": ("医療支援", "Medical help"),
    "education": ("教育支援", "Education"),
    "resettlement": ("定住支援", "Resettlement"),
    "protection": ("保護活動", "Protection"),
    "family_visits": ("家族面会支援", "Family visits"),
    "general": ("活動全般", "Where it is needed most"),
    "unassigned": ("使途未定", "Not assigned yet"),
}


@dataclass(frozen=True)
class Party:
    """Who writes, or who is written to. Its parts are not shown when it is printed by Python."""

    name: str
    address: str
    organisation: bool = False

    def __repr__(self) -> str:
        return "Party(...)"


@dataclass(frozen=True)
class Issued:
    """Where a letter comes from: who writes to whom, in which language, on which day."""

    office: Party
    donor: Party
    language: Language
    on: date


@dataclass(frozen=True)
class Paid:
    """Money as a letter tells of it: the day on which it was received, and what is left of it."""

    received_on: date
    purpose: str
    amount: Money


def language_of(code: str) -> Language:
    """The language in which a donor is written to: Japanese to who reads it, English to all others."""
    return Language.JA if code.partition("-")[0] == Language.JA.value else Language.EN


def receipt(issued: Issued, number: str, paid: Paid, tax_sentence: str = "", replaces: str = "") -> Words:
    """The words of a receipt; `replaces` is the number of the one that it takes the place of."""
    language = issued.language
    return {
        **_head(issued),
        "number": number,
        "replaces": replaces,
        "tax_sentence": tax_sentence,
        **_row(language, paid),
    }


def statement(issued: Issued, year: int, paid: Sequence[Paid]) -> Words:
    """The words of a yearly statement: its payments by day, and a sum for each currency."""
    sums = Counter[str]()
    for each in paid:
        sums[each.amount.currency] += each.amount.minor
    return {
        **_head(issued),
        "year": f"{year}年" if issued.language is Language.JA else str(year),
        "rows": [_row(issued.language, each) for each in paid],
        "sums": [sum_in(issued.language, sums[currency], currency) for currency in sorted(sums)],
    }


def _head(issued: Issued) -> Words:
    return {
        "language": issued.language.value,
        "issued_on": day_in(issued.language, issued.on),
        "organisation": _party(issued.office),
        "donor": _party(issued.donor),
    }


def _party(party: Party) -> Words:
    return {"name": plain(party.name), "address": plain(party.address), "organisation": party.organisation}


def _row(language: Language, paid: Paid) -> Words:
    return {
        "received_on": day_in(language, paid.received_on),
        "purpose": _PURPOSES[paid.purpose][language is Language.EN],
        "amount": amount_in(language, paid.amount),
    }


def day_in(language: Language, day: date) -> str:
    """2006年11月1日, or 1 November 2006."""
    if language is Language.JA:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def amount_in(language: Language, money: Money) -> str:
    """1,000円 for yen in Japanese; otherwise the currency's code and the amount, like USD 10.00."""
    return sum_in(language, money.minor, money.currency)


def sum_in(language: Language, minor: int, currency: str) -> str:
    """The same of a sum, which may be larger than any amount."""
    words = written(minor, currency)
    return f"{words.partition(' ')[2]}円" if language is Language.JA and currency == "JPY" else words


def marks(language: Language, *, valid: bool) -> Sequence[str]:
    """What stands across a copy."""
    copy, void = ("写し", "無効") if language is Language.JA else ("COPY", "VOID")
    return [copy] if valid else [copy, void]
