"""The columns of a register."""

from shared.spreadsheets.columns import Columns

HOUSEHOLD_COLUMNS = ("region", "arrived_on", "needs", "priority")
PERSON_COLUMNS = ("given_name", "family_name", "sex", "birth_date", "age", "size", "languages", "relation")

REGISTER = Columns(
    what="a register",
    names=("household", *PERSON_COLUMNS, *HOUSEHOLD_COLUMNS),
    required=("household", "given_name", "family_name", "size", "region", "arrived_on"),
    either=(("birth_date", "age"),),
    numbers=frozenset({"age"}),
)
