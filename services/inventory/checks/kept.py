"""What inventory said, and what it keeps of what others said, as the doctor compares it with theirs."""

KEPT = {
    "appeals": "SELECT id, version, status FROM appeal WHERE version > 0",
    "purchases": "SELECT id, version, status FROM purchase",
    "receipts": "SELECT id, version FROM receipt WHERE version > 0",
}
"""Queries by what they give: an id, and what is said or kept of it."""
