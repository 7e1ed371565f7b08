"""The command line: `./relief ...`."""

import os

IN_COMPOSE = {
    "up": "docker compose up --wait",
    "down": "docker compose down",
    "down --erase": "docker compose down --volumes",
}


class Trouble(Exception):
    """Something a person can put right: shown as one message without a traceback, and the exit code is 1."""


def in_compose() -> bool:
    """Whether this command runs beside the services of compose."""
    return os.environ.get("RELIEF_COMPOSE") == "1"


def typed(command: str) -> str:
    """How to type one of these commands where this one was typed, like "./relief doctor"."""
    if not in_compose():
        return f"./relief {command}"
    return IN_COMPOSE.get(command, f"docker compose run --rm demo {command}")
