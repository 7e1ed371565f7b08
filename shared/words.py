"""Numbers as people read them, with what is counted."""


def many(number: int, one: str, several: str = "") -> str:
    """`1 seat`, `2 seats`, `no seats`; `2 people` where `several` are not called like one with an s."""
    count = f"{number:,}" if number else "no"
    return f"{count} {one if number == 1 else several or f'{one}s'}"
