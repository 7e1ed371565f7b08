"""Cells that name somebody: rules for `Cells` (`values.py`). Each raises ValueError, without the text."""

import re

from shared.people import LONGEST_MAIL, LONGEST_NAME, MAIL, PHONE, folded, narrow

_MAIL, _PHONE = re.compile(MAIL), re.compile(PHONE)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{1,6})?")
_NAMES = {
    "ja": "Japanese 日本語 日語 일본어",
    "ko": "Korean 韓国語 朝鮮語 韓国・朝鮮語 한국어 조선어",
    "en": "English 英語 영어",
    "zh": "Chinese 中国語 中文 중국어",
}
LANGUAGES = {folded(name): code for code, names in _NAMES.items() for name in names.split()}
"""Codes by the names of languages, folded."""


def name(text: str) -> str:
    """A name of a person or an organisation."""
    if len(text) > LONGEST_NAME:
        raise ValueError(f"is longer than {LONGEST_NAME} characters")
    return text


def mail(text: str) -> str:
    """A mail address, as far as its form tells; letters of full width are narrow in it."""
    written = narrow(text)
    if len(written) > LONGEST_MAIL or not _MAIL.fullmatch(written):
        raise ValueError("is no mail address")
    return written


def phone(text: str) -> str:
    """A telephone number, as people write it; digits and dashes of full width are narrow in it."""
    written = _DASHES.sub("-", narrow(text))
    if not _PHONE.fullmatch(written):
        raise ValueError("is no telephone number: digits, blanks, +, - and brackets")
    return written


def language(text: str) -> str:
    """A language by its code, or by its name where many write it."""
    written = LANGUAGES.get(folded(text), narrow(text))
    if not _LANGUAGE.fullmatch(written):
        raise ValueError("is no code of a language, like ja or ko")
    return written
