"""Words and pictures of letters are kept for some time after the sponsorship; the rows with their dates stay."""

from datetime import date
from uuid import UUID

from services.sponsorship.commands.forgetting import forget_old
from services.sponsorship.commands.reading import Reason, What, read_words
from shared.outcomes import Refused
from tests.support.sponsor_room import SponsorRoom

CHILD, GIVER, WRITER, GIFT = (UUID(int=number) for number in range(1, 5))
BEFORE, ENDED, LAST = date(2008, 10, 30), date(2006, 10, 31), date(2008, 11, 1)
"""A sponsorship that ended then has its letters up to the day before the last one, for 730 days."""
TOO_LONG = "no letter is kept longer than it may be"


async def sponsored_once(room: SponsorRoom) -> None:
    """By a gift of another entry of the same person than the one who wrote."""
    await room.rows("INSERT INTO sponsor (id, kept_id) VALUES (:a, NULL), (:b, :a)", a=GIVER, b=WRITER)
    await room.rows("INSERT INTO gift (id, donor_id) VALUES (:id, :donor)", id=GIFT, donor=GIVER)
    await room.rows(
        """INSERT INTO sponsorship (id, hold_id, child_id, gift_id, role, share, starts_on, ends_on, reason)
        VALUES (:id, :id, :child, :id, 'main', 0, '2006-01-01', :ended, 'gift_over')""",
        id=GIFT,
        child=CHILD,
        ended=ENDED,
    )


async def a_letter(room: SponsorRoom, number: int, state: str, ended: date | None) -> None:
    """With a picture in which something was found."""
    key, who = UUID(int=number), {"child": CHILD, "donor": WRITER}
    await room.rows(
        """INSERT INTO letter (id, direction, child_id, donor_id, language, state, received_on, actor, ended_on)
        VALUES (:id, 'to_child', :child, :donor, 'ja', :state, '2006-04-01', 'anna', :ended)""",
        id=key,
        **who,
        state=state,
        ended=ended,
    )
    for each in (
        "INSERT INTO letter_text VALUES (:id, 'words', NULL)",
        "INSERT INTO photo VALUES (:id, :id, 'photo', 1, 1, '', '')",
        "INSERT INTO finding VALUES (:id, :id, :id, 'photo', 'position', 0, 0)",
    ):
        await room.rows(each, id=key)


async def kept(room: SponsorRoom, on: date) -> list[int]:
    """Which letters have their words and pictures on this day."""
    await room.rows("UPDATE day SET processed = :on", on=on)
    await room.do(lambda unit: forget_old(unit, room.settings.letter_keep_days))
    assert TOO_LONG not in await room.breaches()
    words = await room.rows("SELECT letter_id FROM letter_text ORDER BY 1")
    assert words == await room.rows("SELECT letter_id FROM photo ORDER BY 1")
    return [row["letter_id"].int for row in words]


async def test_words_and_pictures_are_kept_for_some_time_after_the_sponsorship(sponsors_url: str) -> None:
    async with SponsorRoom.open(sponsors_url, BEFORE, letter_keep_days=730) as room:
        await sponsored_once(room)
        for number, ended in ((0, date(2006, 5, 1)), (1, date(2006, 5, 2))):
            await a_letter(room, number, "returned", ended)
        await a_letter(room, 2, "received", None)
        for on in (BEFORE, date(2008, 10, 30)):
            assert await kept(room, on) == [0, 1, 2]
        # While an incident is open, what was written may be needed; and who is sponsored again goes on.
        await room.rows(
            """INSERT INTO incident (id, child_id, donor_id, kind, happened_on, on_day, actor)
            VALUES (:id, :id, :id, 'called', '2006-05-01', '2006-05-01', 'x')""",
            id=CHILD,
        )
        assert await kept(room, LAST) == [0, 1, 2]
        await room.rows("INSERT INTO incident_end VALUES (:id, 'settled', '2006-11-01', 'x')", id=CHILD)
        await room.rows("UPDATE sponsorship SET ends_on = NULL, reason = NULL")
        assert await kept(room, LAST) == [0, 1, 2]
        await room.rows("UPDATE sponsorship SET ends_on = :ended, reason = 'gift_over'", ended=ENDED)
        assert await kept(room, LAST) == [2], "that one is still here, and listed as late"
        refused = await room.do(lambda unit: read_words(unit, UUID(int=0), What.ORIGINAL, Reason.COMPLAINT))
        assert isinstance(refused, Refused)
        assert "were removed on 2008-11-01" in refused.words
        dates = await room.rows("SELECT ended_on, forgotten_on FROM letter ORDER BY id")
        assert [(row["ended_on"], row["forgotten_on"]) for row in dates] == [
            (date(2006, 5, 1), LAST),
            (date(2006, 5, 2), LAST),
            (None, None),
        ]
