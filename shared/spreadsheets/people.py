"""Cells that name somebody: rules for `Cells` (`values.py`). Each raises ValueError, without the text."""

import re

LONGEST_NAME = 200
_MAIL = re.compile(r"\S{1,190}@\S{1,60}")
_PHONE = re.compile(r"[-+() 0-9]{3,40}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{1,6})?")


def name(text: str) -> str:
    """A name of a person or an organisation."""
    if len(text) > LONGEST_NAME:
        raise ValueError(f"is longer than {LONGEST_NAME} characters")
    return text


def mail(text: str) -> str:
    """A mail address, as far as its form tells."""
    if not _MAIL.fullmatch(text):
        raise ValueError("is no mail address")
    return text


def phone(text: str) -> str:
    """A telephone number, as people write it."""
    if not _PHONE.fullmatch(text):
        raise ValueError("is no telephone number: digits, blanks, +, - and brackets")
    return text


def language(text: str) -> str:
    """A language by its code."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("is no code of a language, like ja or ko")
    return text
