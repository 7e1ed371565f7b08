"""Seats, the waiting list and offers."""

# By the counting rule of `domain/seats.py`: guests count, whoever else has a seat does not.
_COUNTS = """
    SELECT count(*), count(*) FILTER (WHERE gathering.taken <> coalesce(rows.taken, 0)
        OR gathering.waiting <> coalesce(rows.waiting, 0) OR gathering.arrivals < coalesce(rows.last, 0))
    FROM gathering LEFT JOIN (
        SELECT gathering_id, count(*) FILTER (WHERE role = 'guest' AND state IN ('offered', 'seated', 'asked_again'))
                   AS taken,
               count(*) FILTER (WHERE role = 'guest' AND state = 'waiting') AS waiting, max(number) AS last
        FROM seat GROUP BY 1) rows ON rows.gathering_id = gathering.id
"""
# Where the number of seats was changed, more may be taken than there are: nobody is thrown out.
_ROOM = """
    SELECT count(*), count(*) FILTER (WHERE taken > seats AND NOT EXISTS (
        SELECT FROM gathering_step step WHERE step.gathering_id = gathering.id AND step.step = 'resized'))
    FROM gathering
"""
_ONCE = """
    SELECT count(*), count(*) FILTER (WHERE seats > 1) FROM (
        SELECT count(*) AS seats FROM seat
        WHERE state IN ('invited', 'waiting', 'offered', 'seated', 'asked_again') GROUP BY gathering_id, guest_id
    ) guests
"""
# What has an end ends by a timer, or failed and is parked, which is seen elsewhere.
_ENDS = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM timer WHERE timer.key = CASE seat.state
        WHEN 'offered' THEN 'offer_ends ' || seat.party ELSE 'confirm_ends ' || seat.gathering_id END))
    FROM seat WHERE state IN ('offered', 'asked_again')
"""
_TOGETHER = """
    SELECT count(*), count(*) FILTER (WHERE states > 1 OR numbers > 1) FROM (
        SELECT count(DISTINCT (state, ends_at)) AS states, count(DISTINCT (number, gathering_id)) AS numbers FROM seat
        WHERE state IN ('waiting', 'offered', 'seated', 'asked_again') GROUP BY party) parties
"""
_NUMBERS = """
    SELECT count(*), count(*) FILTER (WHERE parties > 1) FROM (
        SELECT count(DISTINCT party) AS parties FROM seat WHERE number > 0 GROUP BY gathering_id, number) numbers
"""
_OVER = """
    SELECT count(*), count(*) FILTER (WHERE seat.state IN ('invited', 'waiting', 'offered', 'asked_again')
        OR seat.state = 'seated' AND gathering.status = 'cancelled')
    FROM seat JOIN gathering ON gathering.id = seat.gathering_id WHERE gathering.status IN ('held', 'cancelled')
"""
_BEFORE = """
    SELECT count(*), count(*) FILTER (WHERE gathering.status = 'planned' AND seat.role = 'guest'
        AND seat.state IN ('waiting', 'offered', 'seated', 'asked_again'))
    FROM seat JOIN gathering ON gathering.id = seat.gathering_id
"""
_OFFERS = """
    SELECT count(*), count(*) FILTER (WHERE seat.ends_at > gathering.closes_at)
    FROM seat JOIN gathering ON gathering.id = seat.gathering_id WHERE seat.state IN ('offered', 'asked_again')
"""
_CAME = """
    SELECT count(*), count(*) FILTER (WHERE gathering.status IN ('planned', 'cancelled')
        OR gathering.starts_on > day.processed)
    FROM seat JOIN gathering ON gathering.id = seat.gathering_id, day WHERE seat.came
"""
# Who was invited has no place in the order of arrival, and knew of it only if they had been told.
_TOLD = """
    SELECT count(*), count(*) FILTER (WHERE news = '') FROM (
        SELECT news FROM seat WHERE state = 'called_off' AND number > 0
        UNION ALL SELECT news FROM slot WHERE reason = 'gathering_cancelled'
        UNION ALL SELECT news FROM assignment WHERE reason = 'gathering_cancelled') known
"""
CHECKS = {
    "seats taken and people waiting are as many as there are rows": _COUNTS,
    "no gathering gave more seats than it had": _ROOM,
    "nobody has two seats or places at a gathering": _ONCE,
    "every offer and every seat to be confirmed ends by a timer": _ENDS,
    "those who asked together stand together": _TOGETHER,
    "each place in the order of arrival is one party's": _NUMBERS,
    "nobody waits for a gathering that is over": _OVER,
    "nobody has a seat before the gathering is announced": _BEFORE,
    "no offer ends after its gathering has closed": _OFFERS,
    "whoever came, came to a gathering that took place": _CAME,
    "whoever knew of a gathering that is called off is told, or is to be told": _TOLD,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
