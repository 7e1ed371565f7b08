"""The alias under which a child is spoken of. It is drawn by lot: nothing of the child or its household is in it."""

import secrets

LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
"""Without what is taken for another letter, and without vowels, so that no word comes of them."""
LENGTH = 8


def new_alias() -> str:
    """One of 28^8 aliases; that none is used twice, the database sees to."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
