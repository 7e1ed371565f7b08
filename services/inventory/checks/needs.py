"""Each active household has its needs written down, each of them once.

`domain/changes.py` makes the rows of which this query looks at the sum. Three words about a row:

- it is *open* while something of it is neither fetched nor given up nor lapsed;
- it is *given up for good* if staff cancelled it or if it was not fetched in time: then nothing takes its place.
  Whatever else gives a row up (a move, another size, a household that closes) has another row follow, if the household
  is there and still asks for it;
- a ration *feeds* on a day while it is open, if it was fetched whole, or by as much as was fetched for that day before
  the rest was given up.
"""

from shared.contracts.inventory import Why

# What is wrong with a household, a rule per line; `mine` is summed below. "More than they are due" counts only what is
# still open: what was fetched is never taken back, so a household of two that fetched its month and lost a member has
# eaten more than one person's food, and all is well.
_WRONG = (
    # Food: nothing is open today for more people than there are, less what they brought from other households...
    "mine.open_grams > greatest(0, people * :grams - brought.grams)",
    # ...and once the rations of a new period are made, those that feed today are for no fewer people than there are,
    # unless one of today was given up for good; food that members brought from other households counts. So a household
    # without any ration of today is a breach, whatever of its other days, or of other kinds, was given up.
    "hungry AND NOT mine.food_given_up AND mine.grams + brought.grams < people * :grams",
    # Clothing: every member has a set, fetched or open, in whatever household, or gave one up for good; nobody has two
    # open, no stranger one.
    "'clothing' = ANY(needs) AND mine.dressed < people",
    "mine.open_sets <> mine.members_with_open_set",
    # A kit: the household has one, fetched or open, or gave one up for good; and not two open.
    "'kit' = ANY(needs) AND people > 0 AND mine.kits = 0",
    "mine.open_kits > 1",
    # Beds: as with clothing; but a bed is never fetched.
    "'shelter' = ANY(needs) AND mine.housed < people",
    "mine.open_beds <> mine.members_with_open_bed",
    # Nothing is open that is not asked for.
    "mine.unasked",
)
# A renewal that is under way makes the rations of a new period household by household.
NEEDS = f"""
    SELECT count(*), count(*) FILTER (WHERE {" OR ".join(f"({each})" for each in _WRONG)})
    FROM day CROSS JOIN household CROSS JOIN LATERAL (
        SELECT 'food' = ANY(needs) AND people > 0 AND registered_on <= day.processed
               AND NOT EXISTS (SELECT FROM renewal) AS hungry) now
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(per_day) FILTER (WHERE today AND open), 0) AS open_grams,
               coalesce(sum(feeds) FILTER (WHERE today), 0) AS grams,
               coalesce(bool_or(today AND for_good), false) AS food_given_up,
               (SELECT count(*) FROM jsonb_array_elements(members) one WHERE EXISTS (
                   SELECT FROM reservation theirs WHERE theirs.member_id = CAST(one ->> 'id' AS uuid)
                   AND theirs.kind = 'clothing' AND (theirs.released = 0 OR theirs.delivered > 0
                       OR theirs.reason IN ('{Why.CANCELLED}', '{Why.NOT_FETCHED}')))) AS dressed,
               count(*) FILTER (WHERE kind = 'clothing' AND open) AS open_sets,
               count(DISTINCT member_id) FILTER (WHERE kind = 'clothing' AND open AND here) AS members_with_open_set,
               count(*) FILTER (WHERE kind = 'kit' AND (held OR for_good)) AS kits,
               count(*) FILTER (WHERE kind = 'kit' AND open) AS open_kits,
               count(DISTINCT member_id) FILTER (WHERE kind = 'bed' AND here AND (held OR for_good)) AS housed,
               count(*) FILTER (WHERE kind = 'bed' AND open) AS open_beds,
               count(DISTINCT member_id) FILTER (WHERE kind = 'bed' AND open AND here) AS members_with_open_bed,
               coalesce(bool_or(open AND asked <> ALL(needs)), false) AS unasked
        FROM (
            SELECT kind, member_id, per_day, open, held, today,
                   released > 0 AND reason IN ('{Why.CANCELLED}', '{Why.NOT_FETCHED}') AS for_good,
                   CASE WHEN open OR held THEN per_day ELSE greatest(0, least(per_day,
                       delivered + lapsed - per_day * (day.processed - first_day))) END AS feeds,
                   CASE kind WHEN 'bed' THEN 'shelter' ELSE kind END AS asked,
                   members @> jsonb_build_array(jsonb_build_object('id', CAST(member_id AS text))) AS here
            FROM reservation CROSS JOIN LATERAL (
                SELECT wanted > delivered + released + lapsed AS open, released = 0 AS held,
                       kind = 'food' AND day.processed BETWEEN first_day AND last_day AS today) state
            WHERE household_id = household.id) own) mine
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(along.grams), 0) AS grams FROM taken_along along
        WHERE along.on_day = day.processed AND along.household_id <> household.id
        AND members @> jsonb_build_array(jsonb_build_object('id', CAST(along.member_id AS text)))) brought
    WHERE active AND version > 0
"""  # noqa: S608, nothing in it comes from outside
