"""Queries for checks: whether things stand as the others were told of them last. An old journal is forgotten."""

from shared.contracts.base import Contract


def last_said(contract: type[Contract]) -> str:
    """The version of each subject that was said last: `subject`, `version`."""
    return f"""
        SELECT subject, max(CAST(CAST(data AS json) ->> 'version' AS integer)) AS version
        FROM journal WHERE contract = '{contract.wire}' GROUP BY 1
    """  # noqa: S608, the names are ours


def newest_said(table: str, contract: type[Contract], version: str = "version") -> str:
    """How many rows a table has, and of how many another version than that of the column was said last."""
    return f"""
        SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> "{table}".{version})
        FROM "{table}" LEFT JOIN ({last_said(contract)}) said ON said.subject = "{table}".id
    """  # noqa: S608, the names are ours
