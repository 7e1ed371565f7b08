"""Who comes to the tests. Invented people."""

from typing import Any


def person(number: int = 0, **more: Any) -> dict[str, Any]:
    """A grown-up in size M, unless it says otherwise."""
    names = {"given_name": f"Given{number}", "family_name": f"Family{number}"}
    born = {} if "age" in more else {"birth_date": "1970-05-17"}
    return {**names, **born, "size": "M", **more}
