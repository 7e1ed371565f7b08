"""What went wrong, in a sentence that says what to do: no command ends in a traceback."""

import errno
import os
import socket
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path

import httpx
from aio_pika.exceptions import AMQPError
from asyncpg import InterfaceError as DriverError
from asyncpg import InvalidAuthorizationSpecificationError, PostgresError
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from shared.cli import Trouble, typed
from shared.database.engine import ServerTooOld
from shared.database.errors import is_outage, kind_of
from shared.messaging.day import AnotherClock
from shared.plainly import reason_of

SHOW_TRACEBACK = "RELIEF_TRACEBACK"
# What a command meets when the stack, or a part of it, is not there, answers too late or not with what is asked.
NOT_THERE = (
    httpx.HTTPError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    AMQPError,
    InvalidAuthorizationSpecificationError,
    OperationalError,
    InterfaceError,
)
BAD_ADDRESS = (httpx.InvalidURL, ArgumentError)
DATABASE = (DBAPIError, PostgresError, DriverError)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def told(error: Exception) -> str:
    """The sentence for whatever a command ended with; for a defect, where it is."""
    for kinds, words in _KINDS:
        if isinstance(error, kinds) and (said := words(error)):
            return said
    return _defect(error)


def _outage(error: Exception) -> str:
    return _not_there(kind_of(error)) if is_outage(error) else ""


def _not_there(said: str) -> str:
    return f"A part of the stack does not answer ({said}). See {typed('status')}."


def _file(error: Exception) -> str:
    """A file, folder or program that the system does not give."""
    assert isinstance(error, OSError)
    path = str(error.filename or "")
    if error.errno in NO_ROOM:
        return f"{_named(path)}there is no room left on the disk. Make room, and say it again."
    if isinstance(error, PermissionError) and path and (owner := _owner(Path(path))):
        return (
            f"{path}: you may not read or change this; it belongs to {owner}. Run the command as {owner}, "
            "or give the files to yourself."
        )
    return f"{_named(path)}{(error.strerror or str(error)).lower()}. Put that right, and say it again."


def _named(path: str) -> str:
    return f"{path}: " if path else ""


def _owner(path: Path) -> str:
    """Who owns the file or the nearest folder above it that can be looked at."""
    for each in (path, *path.absolute().parents):
        try:
            return each.owner()
        except (OSError, KeyError):
            continue
    return ""


def _program(error: Exception) -> str:
    """Another program that failed or took too long."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{_program_name(error.cmd)} gave no answer in {error.timeout:g} s. Say it again; see {typed('status')}."
    assert isinstance(error, subprocess.CalledProcessError)
    said = (error.stderr or b"").decode(errors="replace") if isinstance(error.stderr, bytes) else error.stderr
    last = (said or "").strip().splitlines()[-1:] or [f"exit code {error.returncode}"]
    return f"{_program_name(error.cmd)} failed: {last[0]}"


def _program_name(command: object) -> str:
    first = command if isinstance(command, str) else next(iter(command), "")  # type: ignore[call-overload]
    return Path(str(first)).name


def _settings(error: Exception) -> str:
    """Each setting that makes no sense, by the name that is typed."""
    if isinstance(error, ValidationError):
        lines = [f"  {_setting(each['loc'])}: {reason_of(each)}" for each in error.errors(include_url=False)]
        return "\n".join(["The settings are not right:", *lines, "docs/operations.md lists every setting."])
    return f"The settings are not right: {error}. docs/operations.md lists every setting."


def _setting(place: tuple[int | str, ...]) -> str:
    name, *rest = place or ("",)
    return ".".join([f"RELIEF_{name}".upper(), *map(str, rest)])


def _defect(error: Exception) -> str:
    """A mistake in Relief: its place is told, and how to see the whole way to it."""
    if os.environ.get(SHOW_TRACEBACK):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "/shared/" in each.filename or "/tests/" in each.filename] or list(
        frames
    )
    place = f" at {'/'.join(Path(ours[-1].filename).parts[-3:])}:{ours[-1].lineno}" if ours else ""
    return (
        f"This is a defect of Relief: {type(error).__name__}{place}. Nothing more was done. "
        f"Please report it, with what {SHOW_TRACEBACK}=1 ./relief ... shows."
    )


def _plainly(error: Exception) -> str:
    return str(error)


def _unanswered(error: Exception) -> str:
    return _not_there(f"{type(error).__name__}: {error}".rstrip(": "))


def _password(_: Exception) -> str:
    return (
        "The database does not take the password that is kept here. Locally ./relief up gives it the kept one again; "
        "docs/operations.md tells more under Changing a password."
    )


def _address(error: Exception) -> str:
    return (
        f"An address is not right ({error}). Look at RELIEF_DATABASE_URL, RELIEF_BROKER_URL and RELIEF_STACK."
    )


_KINDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Exception], str]], ...] = (
    ((Trouble, ServerTooOld, AnotherClock), _plainly),
    (InvalidAuthorizationSpecificationError, _password),
    (NOT_THERE, _unanswered),
    (BAD_ADDRESS, _address),
    (DATABASE, _outage),
    ((ValidationError, SettingsError), _settings),
    ((subprocess.CalledProcessError, subprocess.TimeoutExpired), _program),
    (OSError, _file),
)
