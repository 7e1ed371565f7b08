"""How names, mails and phones are compared, and how a name is shown where it is not needed."""

import unicodedata

LONGEST_NAME, LONGEST_MAIL, LONGEST_PHONE = 200, 254, 40
"""In characters."""
MAIL = r"^\S+@\S+$"
"""A mail address, as far as its form tells: whether somebody reads it, a letter finds out."""
PHONE = r"^[-+() 0-9]{3,40}$"
"""A telephone number, as people write it."""


def folded(text: str) -> str:
    """As names and addresses are compared: width, capitals and blanks make no other one."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def narrow(text: str) -> str:
    """A mail or telephone number as it is kept: letters and digits of full width are narrow, blanks around are gone."""
    return unicodedata.normalize("NFKC", text).strip()


def mailbox(mail: str) -> str:
    """As mails are compared: folded, without blanks and without what stands behind a plus, for all of them come to one
    person. `Kim+seminar@Example.org` is `kim@example.org`.
    """
    name, at, host = "".join(folded(mail).split()).partition("@")
    return (name.split("+")[0] or name) + at + host


def digits_of(phone: str) -> str:
    """As telephone numbers are compared: their digits, without what groups them."""
    return "".join(each for each in unicodedata.normalize("NFKC", phone) if each.isdecimal())


def masked(name: str) -> str:
    """A name as lists show it: its first letter alone."""
    return f"{name.strip()[:1]}…"
