"""Where the tests' servers keep their data: in memory, where there is plenty of it.

A test makes a few databases of some hundred files each and drops them again. On ext4 a fifth of a whole run's processor
time went into choosing numbers for new files that no file deleted lately had.
"""

import os
import shutil
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")  # noqa: S108, folders of our own are made in it, with names that nobody can guess
ENOUGH_BYTES = 6 * 2**30
"""Free in it and in memory."""


def folder() -> Path | None:
    """A folder that lies in memory and has room enough; None for the usual place of temporary files."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    free = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return MEMORY if free >= ENOUGH_BYTES else None
