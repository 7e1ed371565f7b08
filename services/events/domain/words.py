"""Words for numbers, as people read them."""


def wait(number: int) -> str:
    """How many wait before somebody: `nobody waits`, `1 waits`, `2 wait`."""
    return "nobody waits" if not number else f"{number} wait{'s' if number == 1 else ''}"


def are_free(number: int) -> str:
    """`none is free`, `1 is free`, `2 are free`."""
    return "none is free" if not number else f"{number} {'is' if number == 1 else 'are'} free"
