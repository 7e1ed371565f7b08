"""Rules of the donations service: money, accounts, entries, payments, grants."""
