"""What money says that it is for, by a mark of ours that the provider sends back: an appeal's code, or a fund's.

A donate button sends `A-7K2MQ9XD` or `food` to PayPal, and PayPal's notices bear it. More may stand behind the code
(`A-7K2MQ9XD-17`), since PayPal wants each invoice to have another number.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from services.donations.domain.funds import Purpose

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which people mistake for others when they type a code."""
_LENGTH = 8
_CODE = re.compile(rf"(A-[{_LETTERS}]{{{_LENGTH}}})(?:[^0-9A-Z].*)?", re.ASCII)
_FUND = re.compile(r"([A-Z_]+)(?:[^0-9A-Z_].*)?", re.ASCII)
_FUNDS = {each.value.upper(): each for each in Purpose}


LONGEST_REFERENCE = 100
"""Characters of a reference, as people and statements write it."""


def reference_of(text: str) -> str:
    """A reference as it is kept, whatever way it comes in: no blanks at its ends, and one between words.

    ValueError for none, and for one that is too long: `slip 1` and `slip 1 ` are one slip, booked once.
    """
    reference = " ".join(text.split())
    if not reference:
        raise ValueError("must not be empty")
    if len(reference) > LONGEST_REFERENCE:
        raise ValueError(f"is longer than {LONGEST_REFERENCE} characters")
    return reference


def code_of(appeal_id: UUID) -> str:
    """The short code of an appeal, made of the random end of its id; the database lets no two have the same."""
    bits = appeal_id.int
    return "A-" + "".join(_LETTERS[bits >> 5 * place & 31] for place in range(_LENGTH))


def named_by(marks: Iterable[str]) -> list[str | Purpose]:
    """What marks can name, in their order: codes of appeals, which may be unknown, and purposes."""
    found: list[str | Purpose] = []
    for each in (mark.strip().upper() for mark in marks):
        if code := _CODE.fullmatch(each):
            found.append(code[1])
        elif (fund := _FUND.fullmatch(each)) and fund[1] in _FUNDS:
            found.append(_FUNDS[fund[1]])
    return found
