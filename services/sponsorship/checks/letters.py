"""Letters: what was passed on was checked, answered and agreed to."""

_ANSWERED = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM finding WHERE finding.letter_id = letter.id AND finding.answer = ''))
    FROM letter WHERE state = 'delivered'
"""
_BY_OTHERS = """
    SELECT count(*), count(*) FILTER (WHERE checked_by = '' OR checked_by = ANY(maskers) OR NOT EXISTS (
        SELECT FROM letter_check WHERE letter_check.letter_id = letter.id
        AND letter_check.actor = letter.checked_by AND letter_check.doubts = '{}'))
    FROM letter WHERE state IN ('checked', 'delivered')
"""
_WORDS = """
    SELECT count(*), count(*) FILTER (WHERE letter_text.letter_id IS NULL
        OR (letter.state NOT IN ('received', 'returned') AND letter_text.masked IS NULL))
    FROM letter LEFT JOIN letter_text ON letter_text.letter_id = letter.id
"""
_AGREED = """
    SELECT count(*), count(*) FILTER (WHERE ended_on > agreed_until) FROM letter WHERE state = 'delivered'
"""
_TRANSLATED = """
    SELECT count(*), count(*) FILTER (WHERE need.open
        AND (letter.state = 'delivered' AND need.found = 0 OR letter.state = 'returned' AND need.status <> 'done'))
    FROM helper_need need JOIN letter ON letter.id = need.letter_id
"""
CHECKS = {
    "no letter was passed on with a finding that nobody answered": _ANSWERED,
    "each letter was checked by another person than who masked it": _BY_OTHERS,
    "no letter was passed on after its consent had ended": _AGREED,
    "each letter has its words": _WORDS,
    "no translator is looked for when the letter is over": _TRANSLATED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
