"""The lines of everything that happens to money. Each function gives lines that sum to zero in each currency."""

from services.donations.domain.funds import Fund
from services.donations.domain.ledger import Account, Kind, Line, account, lines_of
from services.donations.domain.money import Money

Lines = tuple[Line, ...]


def gift(where: Account, fund: str, gross: Money, fee: Money, *, held: bool) -> Lines:
    """Money came for a fund. The fee is the fund's own expense, so that what was given stays visible.

    1,000 JPY with a fee of 36: income 1,000, fees 36, and 964 on PayPal; or 964 that PayPal holds, which can't be
    promised to anybody.
    """
    net = gross - fee
    got = account(Kind.HELD, gross.currency, fund) if held else where
    return lines_of((got, net.minor), *_fee(fund, fee), (_income(fund, gross.currency), -gross.minor))


def fee_known(where: Account, fund: Fund, fee: Money, held: Money) -> Lines:
    """A fee of a payment that was booked without one, and of which `held` is still held: the first notice of it did not
    say the fee. The fund may have spent the money since; then the fee is to be covered, like a refund.
    """
    name, currency = fund.key
    from_held = min(held.minor, fee.minor)
    rest = fee.minor - from_held
    uncovered = max(0, rest - max(0, fund.available))
    return lines_of(
        *_fee(name, fee - Money(uncovered, currency)),
        (account(Kind.UNCOVERED, currency, name), uncovered),
        (account(Kind.HELD, currency, name), -from_held),
        (where, -rest),
    )


def released(where: Account, fund: str, amount: Money) -> Lines:
    """PayPal lets go what it held of a fund."""
    return lines_of((where, amount.minor), (account(Kind.HELD, amount.currency, fund), -amount.minor))


def held_again(where: Account, fund: str, amount: Money) -> Lines:
    """What PayPal holds is of this fund now."""
    return lines_of((account(Kind.HELD, amount.currency, fund), amount.minor), (where, -amount.minor))


def taken_hold(where: Account, fund: Fund, amount: Money) -> Lines:
    """PayPal takes hold of money again, as in a dispute. What the fund has spent of it is to be covered."""
    spent = max(0, amount.minor - max(0, fund.available))
    kept, currency = amount.minor - spent, amount.currency
    return lines_of(
        (account(Kind.HELD, currency, fund.key.fund), kept),
        (account(Kind.UNCOVERED, currency, fund.key.fund), spent),
        (where, -amount.minor),
    )


def let_go(where: Account, fund: str, held: Money, spent: Money) -> Lines:
    """What a dispute took hold of comes back: what was held, and what the fund had spent of it."""
    currency = held.currency
    return lines_of(
        (where, held.minor + spent.minor),
        (account(Kind.HELD, currency, fund), -held.minor),
        (account(Kind.UNCOVERED, currency, fund), -spent.minor),
    )


def refund(where: Account, fund: Fund, amount: Money, fee_back: Money, held: Money) -> Lines:
    """A donor gets money back, of which `held` was still held. PayPal may give back a part of the fee.

    A fund never falls below zero: what it can't give any more, because it has spent it, is uncovered. Example: of a
    gift of 1,000 the fund has 300 left; a refund of 1,000 takes 300 from its income and leaves 700 to be covered.
    """
    name, currency = fund.key
    from_held = min(held.minor, amount.minor - fee_back.minor)
    loss = amount.minor - fee_back.minor
    uncovered = max(0, loss - (fund.available + from_held))
    return lines_of(
        (_income(name, currency), amount.minor - uncovered),
        (account(Kind.UNCOVERED, currency, name), uncovered),
        *_fee(name, -fee_back),
        (account(Kind.HELD, currency, name), -from_held),
        (where, -(loss - from_held)),
    )


def restored(where: Account, fund: str, amount: Money, fee: Money, covering: tuple[str, Money]) -> Lines:
    """What was reversed comes back for a fund, less a fee. First it makes good what a fund, mostly the same one, lacks
    since the reversal: `covering` names it.

    A reversal of 1,000 took 300 from the income and left 700 to be covered: both are as before.
    """
    source, uncovered = covering
    return lines_of(
        (where, amount.minor - fee.minor),
        *_fee(fund, fee),
        (account(Kind.UNCOVERED, amount.currency, source), -uncovered.minor),
        (_income(fund, amount.currency), uncovered.minor - amount.minor),
    )


def fee_back(where: Account, fund: str, fee: Money, covering: tuple[str, Money]) -> Lines:
    """PayPal gives a fee back, as it is told after the refund for which it does; it is used as in `restored`."""
    source, uncovered = covering
    return lines_of(
        (where, fee.minor),
        *_fee(fund, -fee),
        (account(Kind.UNCOVERED, fee.currency, source), -uncovered.minor),
        (_income(fund, fee.currency), uncovered.minor),
    )


def moved(from_fund: str, to_fund: str, amount: Money) -> Lines:
    """Money of one purpose is for another one from now on."""
    source, target = (account(Kind.MOVED, amount.currency, each) for each in (from_fund, to_fund))
    return lines_of((source, amount.minor), (target, -amount.minor))


def covered(from_fund: str, fund: str, amount: Money) -> Lines:
    """One fund covers what another one refunded after it had spent it: the rest of that refund is booked now."""
    return lines_of(
        *((line.account, line.amount) for line in moved(from_fund, fund, amount)),
        (_income(fund, amount.currency), amount.minor),
        (account(Kind.UNCOVERED, amount.currency, fund), -amount.minor),
    )


def cover_back(fund: str, amount: Money) -> Lines:
    """More was covered than is lost in the end, since PayPal gave money back: the rest is the fund's again."""
    return lines_of(
        (account(Kind.UNCOVERED, amount.currency, fund), amount.minor),
        (_income(fund, amount.currency), -amount.minor),
    )


def paid(where: Account, fund: str, amount: Money) -> Lines:
    """A grant is paid, or a part of it."""
    return lines_of((account(Kind.GRANTS, amount.currency, fund), amount.minor), (where, -amount.minor))


def purchased(where: Account, fund: str, amount: Money) -> Lines:
    """Goods are bought with a fund's money; below 0, it comes back: they cost less, or the order was cancelled."""
    return lines_of((account(Kind.PURCHASES, amount.currency, fund), amount.minor), (where, -amount.minor))


def charged(where: Account, fund: str, amount: Money, *, back: bool) -> Lines:
    """A place takes something for its work, which a fund bears, or gives it back."""
    fee = -amount.minor if back else amount.minor
    return lines_of((account(Kind.FEES, amount.currency, fund), fee), (where, -fee))


def opened(where: Account, fund: str, amount: Money) -> Lines:
    """What a fund had in one place when these books began. It is no gift: nobody gave it now."""
    return lines_of((where, amount.minor), (account(Kind.OPENING, amount.currency, fund), -amount.minor))


def sent(where: Account, amount: Money) -> Lines:
    """Money leaves one place of the group's for another one: no fund has more or less."""
    return lines_of((account(Kind.TRANSIT, amount.currency), amount.minor), (where, -amount.minor))


def arrived(where: Account, fund: str, amount: Money, fee: Money) -> Lines:
    """Money that was sent comes, less what the bank or PayPal kept for it, which a fund bears.

    Of 10,000 that left PayPal 9,750 come to the bank: 250 are a fee.
    """
    return lines_of(
        (where, amount.minor - fee.minor),
        *_fee(fund, fee),
        (account(Kind.TRANSIT, amount.currency), -amount.minor),
    )


def converted(where: Account, into: Account, fund: str, given: Money, got: Money) -> tuple[Line, ...]:
    """Money of a fund is changed into another currency, at whatever rate the bank gave: both amounts are known.

    Each currency sums to zero by itself through the fund's exchange accounts. If 100 EUR became 15,000 JPY and 100 EUR
    cost 16,000 JPY to give back, the exchange account in JPY keeps a loss of 1,000, and nothing is out of balance.
    """
    if given.currency == got.currency:
        raise ValueError("a conversion is into another currency")
    return lines_of(
        (where, -given.minor),
        (account(Kind.EXCHANGE, given.currency, fund), given.minor),
        (into, got.minor),
        (account(Kind.EXCHANGE, got.currency, fund), -got.minor),
    )


def _income(fund: str, currency: str) -> Account:
    return account(Kind.INCOME, currency, fund)


def _fee(fund: str, fee: Money) -> Lines:
    return (Line(account(Kind.FEES, fee.currency, fund), fee.minor),) if fee.minor else ()
