"""How names, mails and phones are compared, and how a name is shown where it is not needed."""

import unicodedata


def folded(text: str) -> str:
    """As names and addresses are compared: width, capitals and blanks make no other one."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def digits_of(phone: str) -> str:
    """As telephone numbers are compared: their digits, without what groups them."""
    return "".join(each for each in unicodedata.normalize("NFKC", phone) if each.isdecimal())


def masked(name: str) -> str:
    """A name as lists show it: its first letter alone."""
    return f"{name.strip()[:1]}…"
