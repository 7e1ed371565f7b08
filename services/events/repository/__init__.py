"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are taken in one order, ORDER, so that units wait for each other instead of deadlocking; of one kind by id, but
contacts by their keys. A unit leaves out what it does not need, and may take again what it has.

    asks for seats, writes down who came, takes a list in   contact, guest, (speaker, desk,) gathering
    changes a guest                                         contact, member, guest, (speaker, desk)
    says that somebody is never written to                  contact, guest, speaker, desk
    writes a volunteer down                                 contact, desk
    writes a speaker down                                   contact, or consent and household
    hears of donors and members                             donor_link, member, guest
    hears of consents, or of households                     consent or household, speaker, (desk)
    hears who wants helpers; looks for helpers; an answer   desk, need
    gives a slot, says that a talk was held                 consent, household, speaker, gathering
    follows what was decided on gatherings; a new day       speaker, desk, need
    moves, cancels, says that it was held                   speaker, gathering
    lists whom to tell of that, or of tasks                 speaker, desk, gathering, or desk
    changes it, gives seats, other letters; offers end      gathering

In brackets: if somebody among them is newly never written to, and for a household that was closed. Seats are written
under their gathering's lock, slots and recordings under their speaker's, volunteers and assignments under the desk.
Where two people are given the same mail or phone at once, the database makes the second wait, or tells it
(`contacts/people.py`). The tests of commands see to the order (tests/support/locks.py).
"""

ORDER = (
    "contact",
    "donor_link",
    "member",
    "guest",
    "advocacy_case",
    "consent",
    "household",
    "speaker",
    "desk",
    "need",
    "gathering",
)
"""What is locked, in this order. `desk` is the lock of all volunteers, needs and assignments (`helping.take_desk`)."""
