"""Holds, sponsorships, and the gifts that they are of."""

from shared.contracts.sponsorship import GiftPlaced
from shared.service.said import newest_said

_ONE_MAIN = """
    SELECT count(*), count(*) FILTER (WHERE many > 1) FROM (
        SELECT child_id, count(*) AS many FROM (
            SELECT child_id FROM hold WHERE state = 'held' AND role = 'main'
            UNION ALL SELECT child_id FROM sponsorship WHERE ends_on IS NULL AND role = 'main') now
        GROUP BY 1) children
"""
_LIVE = """
    SELECT count(*), count(*) FILTER (WHERE gift.status IN ('', 'lapsed', 'ended') OR gift.purpose <> 'education')
    FROM (SELECT gift_id FROM hold WHERE state = 'held'
        UNION ALL SELECT gift_id FROM sponsorship WHERE ends_on IS NULL) now JOIN gift ON gift.id = now.gift_id
"""
_AS_MANY = """
    SELECT count(*), count(*) FILTER (WHERE gift.placed <> coalesce(now.many, 0) OR gift.placed > gift.wanted)
    FROM gift LEFT JOIN (
        SELECT gift_id, count(*) AS many FROM (
            SELECT gift_id FROM hold WHERE state = 'held'
            UNION ALL SELECT gift_id FROM sponsorship WHERE ends_on IS NULL) both_of_them
        GROUP BY 1) now ON now.gift_id = gift.id
"""
# The timers of a day are done before the next day turns, so a hold of yesterday is nobody's work under way.
_PAST_END = """
    SELECT count(*), count(*) FILTER (WHERE until_on < day.processed
        OR until_at < clock_timestamp() - interval '5 minutes')
    FROM hold, day WHERE state = 'held'
"""
_TIMED = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM timer WHERE key = 'let_go ' || hold.id))
    FROM hold WHERE state = 'held'
"""
_CONVERTED = """
    SELECT count(*), count(*) FILTER (WHERE (hold.state = 'converted') <> (of_it.hold_id IS NOT NULL))
    FROM hold LEFT JOIN (SELECT DISTINCT hold_id FROM sponsorship) of_it ON of_it.hold_id = hold.id
"""
_STANDS = """
    SELECT count(*), count(*) FILTER (WHERE (child.status IN ('sponsored', 'at_risk')) <> EXISTS (
            SELECT FROM sponsorship WHERE child_id = child.id AND ends_on IS NULL AND role = 'main')
        OR (child.status = 'held') <> EXISTS (
            SELECT FROM hold WHERE child_id = child.id AND state = 'held' AND role = 'main'))
    FROM child
"""
_GONE = """
    SELECT count(*), count(*) FILTER (WHERE child.status = 'left') FROM (
        SELECT child_id FROM hold WHERE state = 'held' UNION ALL SELECT child_id FROM sponsorship WHERE ends_on IS NULL
    ) now JOIN child ON child.id = now.child_id
"""
_BEGUN = """
    SELECT count(*), count(*) FILTER (WHERE gift.begun_on IS DISTINCT FROM paid.first)
    FROM gift LEFT JOIN (SELECT gift_id, min(ever_from) AS first FROM payment GROUP BY 1) paid ON paid.gift_id = gift.id
"""
_COVERED = """
    SELECT count(*), count(*) FILTER (WHERE counts = 0 AND covers_from IS NOT NULL OR covers_until <= covers_from
        OR covers_from < ever_from OR covers_until > ever_until)
    FROM payment
"""
_SHARES = """
    SELECT count(*), count(*) FILTER (WHERE shares >= 10000) FROM (
        SELECT child_id, sum(share) AS shares FROM (
            SELECT child_id, share FROM hold WHERE state = 'held'
            UNION ALL SELECT child_id, share FROM sponsorship WHERE ends_on IS NULL) now
        GROUP BY 1) children
"""
# A gift is at risk since the day of the first fact whose version is above those of all facts that say it is not.
_FAILING = """
    SELECT count(*), count(*) FILTER (WHERE gift.failing_since IS DISTINCT FROM told.since
        OR (gift.status = 'at_risk') <> (gift.failing_since IS NOT NULL))
    FROM gift LEFT JOIN (
        SELECT gift_id, min(on_day) AS since FROM gift_told
        WHERE version > (SELECT coalesce(max(other.version), 0) FROM gift_told other
            WHERE other.gift_id = gift_told.gift_id AND NOT other.at_risk)
        GROUP BY 1) told ON told.gift_id = gift.id
"""
# A gift has a child since the hold, or since it began if that was later.
_NOT_AT_RISK = """
    SELECT count(*), count(*) FILTER (WHERE greatest(made_on, CASE WHEN state = 'converted' THEN begun_on END)
        > failing_since)
    FROM hold JOIN gift ON gift.id = gift_id
    WHERE state = 'held' OR EXISTS (SELECT FROM sponsorship WHERE hold_id = hold.id AND ends_on IS NULL)
"""
# Who the sponsor was counts as it was then: later entries are linked, and a gift is given to another donor. Of one day
# it is not known what was first.
_OPEN_THEN = """
    SELECT FROM incident
    WHERE (incident.donor_id = ANY(now.joined_by) OR incident.child_id = now.child_id)
    AND incident.on_day < now.joined_on
    AND NOT EXISTS (SELECT FROM incident_end WHERE incident_id = incident.id AND incident_end.on_day <= now.joined_on)
"""
_DECLINED_NOW = """
    SELECT FROM gift JOIN sponsor mine ON mine.id = gift.donor_id
    JOIN sponsor other ON coalesce(other.kept_id, other.id) = coalesce(mine.kept_id, mine.id)
    WHERE gift.id = now.gift_id AND other.declined
"""
# S608: the words are ours.
_TOGETHER = f"""
    SELECT count(*), count(*) FILTER (WHERE joined_on IS NOT NULL AND (agreed_until IS NULL OR agreed_until < joined_on
        OR EXISTS ({_OPEN_THEN})) OR goes_on AND EXISTS ({_DECLINED_NOW}))
    FROM (SELECT gift_id, child_id, joined_on, agreed_until, joined_by, state = 'held' AS goes_on FROM hold
        UNION ALL
        SELECT gift_id, child_id, joined_on, agreed_until, joined_by, ends_on IS NULL FROM sponsorship) now
"""  # noqa: S608
_PLACE_KEPT = """
    SELECT count(*), count(*) FILTER (WHERE spare < 0)
    FROM (SELECT spare FROM hold UNION ALL SELECT spare FROM sponsorship) taken WHERE spare IS NOT NULL
"""
_SAID = newest_said("gift", GiftPlaced, "said")
CHECKS = {
    "each child has one main sponsor or hold at most": _ONE_MAIN,
    "children who are held or sponsored have a gift that is not over": _LIVE,
    "each gift has as many children as were said, and no more than it is for": _AS_MANY,
    "nobody is held past the end of the hold": _PAST_END,
    "each hold has a timer for its end": _TIMED,
    "each hold that was converted has a sponsorship": _CONVERTED,
    "each child stands as its holds and sponsorships say": _STANDS,
    "no child who left is held or sponsored": _GONE,
    "a gift began on the first day that a payment covered": _BEGUN,
    "payments cover days only while they count": _COVERED,
    "a gift is at risk since the first of the facts that say so": _FAILING,
    "no gift was given a child while it was at risk": _NOT_AT_RISK,
    "no gift and child came together when they might not": _TOGETHER,
    "no place that is kept for a child was given to another": _PLACE_KEPT,
    "the shares of co-sponsors leave something for the main sponsor": _SHARES,
    "the newest state of each gift was said": _SAID,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
