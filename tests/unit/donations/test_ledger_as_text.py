"""What beancount, which others wrote, calls our accounts."""

import pytest

from services.donations.domain.ledger import OF_A_HOLDER, OF_THE_GROUP, Kind, account
from services.donations.queries.beancount import name_of


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_account_stands_in_one_of_the_five_trees(kind: Kind) -> None:
    fund = "" if kind in OF_THE_GROUP else "family_visits"
    name = name_of(account(kind, "JPY", fund, "fw-07" if kind in OF_A_HOLDER else ""))
    tree, *parts = name.split(":")
    assert tree in {"Assets", "Liabilities", "Income", "Expenses", "Equity"}
    assert all(each[0].isupper() for each in parts)
