"""On the command line a member is named by a number: it is the one that the last list showed."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.cli.operate.own.intake.households import in_order

MEMBERS = st.lists(
    st.tuples(st.dates().map(str), st.uuids().map(str)),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each[1],
)


@given(MEMBERS, st.randoms(use_true_random=False), st.uuids().map(str))
def test_neither_the_order_of_an_answer_nor_who_joins_later_changes_a_number(
    joined: list[tuple[str, str]], chance: Random, newcomer: str
) -> None:
    members = [{"joined_on": day, "member_id": who} for day, who in joined]
    numbered = in_order({"members": members})
    chance.shuffle(members)
    assert in_order({"members": members}) == numbered
    later = {"joined_on": "9999-12-32", "member_id": newcomer}
    assert in_order({"members": [later, *members]}) == [*numbered, later]
