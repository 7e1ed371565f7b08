"""Who learns follows from the requests, in whatever order they are heard; places go to who waits longest."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.sponsorship.domain.courses import Course
from services.sponsorship.domain.lessons import Left, Place, Request, Waiting, fill, follow
from shared.contracts.sponsorship import LessonStatus

TODAY = date(2006, 11, 10)
ANNA, BAE = UUID(int=1), UUID(int=2)
HOME = UUID(int=9)


def request(
    number: int = 100, *members: UUID, wished: bool = True, version: int = 1, day: int = 1
) -> Request:
    people = frozenset(members or (ANNA,))
    return Request(UUID(int=number), HOME, version, people, date(2006, 11, day), wished)


def place(state: LessonStatus = LessonStatus.PLACED, reason: str = "", ended: int | None = None) -> Place:
    ended_on = date(2006, 11, ended) if ended else None
    values = (UUID(int=50), ANNA, HOME, UUID(int=100), state, date(2006, 11, 1), False, UUID(int=7), TODAY)
    return Place(*values, ended_on=ended_on, reason=reason)


def followed(places: list[Place], *requests: Request, closed: int = 0) -> Place | None:
    return follow(ANNA, places, requests, {HOME: closed}, TODAY, UUID(int=51))


def test_a_request_is_served_once_and_again_if_it_was_only_facts_that_ended_it() -> None:
    new = followed([], request())
    assert new == Place(UUID(int=51), ANNA, HOME, UUID(int=100), LessonStatus.WAITING, date(2006, 11, 1))
    assert followed([place()], request()) is None
    for reason in Left:
        again = followed([place(LessonStatus.LEFT, reason, 5)], request())
        assert (again is not None) == (reason in ("withdrawn", "household_closed")), reason
    assert followed([place(LessonStatus.FINISHED, ended=5)], request()) is None
    # What was asked after the end is a new wish.
    assert followed([place(LessonStatus.FINISHED, ended=5)], request(101, day=6)) is not None
    assert followed([place(LessonStatus.FINISHED, ended=5)], request(101, day=4)) is None


def test_a_place_ends_with_its_last_request_and_goes_over_to_another_one() -> None:
    withdrawn = followed([place()], request(wished=False))
    assert withdrawn
    assert (withdrawn.state, withdrawn.reason) == (LessonStatus.LEFT, Left.WITHDRAWN)
    dropped = followed([place()], request(100, BAE))
    assert dropped
    assert dropped.reason == Left.WITHDRAWN
    closed = followed([place()], request(version=3), closed=4)
    assert closed
    assert (closed.reason, closed.ended_on) == (Left.HOUSEHOLD_CLOSED, TODAY)
    assert followed([place()], request(version=4), closed=4) is None
    other = followed([place()], request(wished=False), request(101, day=3))
    assert other
    assert (other.request_id, other.state) == (UUID(int=101), LessonStatus.PLACED)


def course(number: int, free: int, starts: date, level: str, online: bool, taken: int) -> Course:
    ends, region = starts + timedelta(days=59), "tokyo"
    return Course(
        UUID(int=number), "japanese", 1, level, free + taken, taken, starts, ends, region, online=online
    )


_LINE = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["a1", "b1"]), st.sampled_from(["tokyo", "osaka"])),
    max_size=12,
)
_COURSES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(-80, 40),
        st.sampled_from(["a1", "b1"]),
        st.booleans(),
        st.integers(0, 3),
    ),
    max_size=4,
)


@given(_LINE, _COURSES)
def test_nobody_is_passed_over_nobody_is_placed_twice_and_no_course_is_too_full(
    line: list[tuple[int, str, str]], planned: list[tuple[int, int, str, bool, int]]
) -> None:
    waiting = [
        Waiting(
            Place(UUID(int=n), UUID(int=n), HOME, HOME, LessonStatus.WAITING, date(2006, 10, 1 + day)), *what
        )
        for n, (day, *what) in enumerate(line)
    ]
    courses = [
        course(n, places, TODAY + timedelta(days=start), level, online, taken)
        for n, (places, start, level, online, taken) in enumerate(planned)
    ]
    placed = {each.id: each for each in fill(waiting, courses, TODAY, 7)}
    by_id = {each.id: each for each in courses}
    for each in courses:
        assert sum(one.course_id == each.id for one in placed.values()) <= each.free
    for one in placed.values():
        mine = by_id[one.course_id or HOME]
        assert one.starts_on
        assert mine.starts_on <= one.starts_on <= mine.ends_on
        assert mine.starts_on + timedelta(days=7) >= TODAY
    for left in (each for each in waiting if each.place.id not in placed):
        fits = [each for each in courses if each.suits(left.level, left.region)]
        for each in (some for some in fits if some.can_be_joined(TODAY, 7)):
            others = [other for other in placed.values() if other.course_id == each.id]
            assert len(others) == each.free, "a place that fits stayed free"
            assert all(other.line < left.place.line for other in others), "who waits less was preferred"
