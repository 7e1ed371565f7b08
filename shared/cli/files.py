"""Files that a command writes or reads for whoever typed it, and the small files that the local run keeps."""

import json
import os
from pathlib import Path
from typing import Any

from shared.cli import Trouble


def to_be_written(path: Path | None) -> Path | None:
    """A path that an option names: Trouble before any work is done if nothing can be written there."""
    if path is None:
        return None
    if path.is_dir():
        raise Trouble(f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise Trouble(f"There is no folder {path.parent}; make it first, or name another place.")
    _check(path if path.exists() else path.parent)
    return path


def folder_to_be_filled(path: Path) -> Path:
    """The same for a folder, which is made when it is needed."""
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise Trouble(f"{there} is a file; name a folder.")
    _check(there)
    return path


def _check(path: Path) -> None:
    if not os.access(path, os.W_OK):
        raise Trouble(f"You may not write to {path}; name another place.")


def text_of(path: Path, what: str) -> str:
    """The text of a file that somebody named. Trouble that says what is wrong with it."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Trouble(f"{what} {path} is not TOML: it is no text in UTF-8.") from None
    except OSError as error:
        raise Trouble(f"{what} {path} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def kept_json(path: Path) -> Any:
    """What the local run has written down in a file; None if the file is not there, Damaged if it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        raise Damaged(path) from None


class Damaged(Trouble):
    """A file of the local run is not as it was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The file {path} is damaged. ./relief down stops what runs and removes it; then ./relief up. "
            "The data are not touched."
        )


def write_whole(path: Path, text: str) -> None:
    """Write a small file of the local run so that nobody ever sees half of it; only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.chmod(0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)
