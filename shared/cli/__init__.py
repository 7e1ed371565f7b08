"""The command line: `./relief ...`."""


class Trouble(Exception):
    """Something a person can put right: shown as one message without a traceback, and the exit code is 1."""
