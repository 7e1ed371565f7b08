"""Names, ages, languages: what may be said of a person."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.people import (
    OLDEST,
    age_on,
    band_of,
    birth_from_age,
    born_after,
    checked_birth,
    language_codes,
    plain_text,
    region_code,
)
from services.intake.identities import Unfit, identity_of
from shared.contracts.intake import AgeBand

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
leap_days = st.sampled_from([date(year, 2, 29) for year in range(1960, 2100, 4)])
days_around_leap_days = st.builds(lambda day, near: day + timedelta(days=near), leap_days, st.integers(-2, 2))


@given(age=st.integers(0, OLDEST), today=days)
def test_somebody_whose_age_is_given_has_that_age_today(age: int, today: date) -> None:
    assert age_on(birth_from_age(age, today), today) == age


@given(birth=days, today=days)
def test_an_age_grows_by_one_at_each_birthday_and_never_else(birth: date, today: date) -> None:
    step = age_on(birth, today + timedelta(days=1)) - age_on(birth, today)
    tomorrow = today + timedelta(days=1)
    birthday = (tomorrow.month, tomorrow.day) == (birth.month, birth.day)
    leapling = (birth.month, birth.day) == (2, 29) and (tomorrow.month, tomorrow.day) == (3, 1)
    assert step == 1 if birthday else step in ((0, 1) if leapling else (0,))


def test_who_is_born_on_29_february_turns_on_1_march() -> None:
    birth = date(2000, 2, 29)
    assert age_on(birth, date(2006, 2, 28)) == 5
    assert age_on(birth, date(2006, 3, 1)) == 6


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, AgeBand.INFANT),
        (1, AgeBand.INFANT),
        (2, AgeBand.CHILD),
        (5, AgeBand.CHILD),
        (6, AgeBand.SCHOOL),
        (17, AgeBand.SCHOOL),
        (18, AgeBand.ADULT),
        (59, AgeBand.ADULT),
        (60, AgeBand.ELDERLY),
        (120, AgeBand.ELDERLY),
    ],
)
def test_age_bands_are_those_of_the_contracts(age: int, band: AgeBand) -> None:
    assert band_of(age) is band


def band_by_date(birth: date, today: date) -> AgeBand:
    """As the database finds it."""
    return next((band for born, band in born_after(today) if birth > born), AgeBand.ELDERLY)


@given(birth=days | days_around_leap_days, today=days | days_around_leap_days)
def test_a_band_is_the_same_by_age_and_by_birth_date(birth: date, today: date) -> None:
    assert band_by_date(birth, today) is band_of(age_on(birth, today))


@given(
    today=days | days_around_leap_days,
    years=st.sampled_from([2, 6, 18, 60]),
    near=st.integers(-2, 2),
)
def test_a_band_changes_at_its_birthdays_and_on_no_other_day(today: date, years: int, near: int) -> None:
    """Birth dates around those which turn 2, 6, 18 or 60 on the day: where an error would be."""
    birth = birth_around(today, years) + timedelta(days=near)
    yesterday = today - timedelta(days=1)
    turned = age_on(birth, today) == years and age_on(birth, yesterday) == years - 1
    assert (band_by_date(birth, today) is not band_by_date(birth, yesterday)) is turned


def birth_around(today: date, years: int) -> date:
    return date(today.year - years, today.month, min(today.day, 28))


@pytest.mark.parametrize(
    ("born", "day", "before", "after"),
    [
        ("2000-11-02", "2006-11-02", AgeBand.CHILD, AgeBand.SCHOOL),
        ("2004-11-02", "2006-11-02", AgeBand.INFANT, AgeBand.CHILD),
        ("1988-11-02", "2006-11-02", AgeBand.SCHOOL, AgeBand.ADULT),
        ("1946-11-02", "2006-11-02", AgeBand.ADULT, AgeBand.ELDERLY),
        ("2000-11-03", "2006-11-02", AgeBand.CHILD, AgeBand.CHILD),
        ("2000-11-01", "2006-11-02", AgeBand.SCHOOL, AgeBand.SCHOOL),
        ("1986-11-02", "2006-11-02", AgeBand.ADULT, AgeBand.ADULT),
        ("2000-02-29", "2006-02-28", AgeBand.CHILD, AgeBand.CHILD),
        ("2000-02-29", "2006-03-01", AgeBand.CHILD, AgeBand.SCHOOL),
        ("2006-02-28", "2008-02-28", AgeBand.INFANT, AgeBand.CHILD),
        ("2006-02-28", "2008-02-29", AgeBand.CHILD, AgeBand.CHILD),
        ("2006-03-01", "2008-02-29", AgeBand.INFANT, AgeBand.INFANT),
        ("2006-03-01", "2008-03-01", AgeBand.INFANT, AgeBand.CHILD),
        ("1948-02-29", "2008-02-29", AgeBand.ADULT, AgeBand.ELDERLY),
    ],
)
def test_whose_band_changes_on_which_day(born: str, day: str, before: AgeBand, after: AgeBand) -> None:
    birth, today = date.fromisoformat(born), date.fromisoformat(day)
    assert band_by_date(birth, today - timedelta(days=1)) is before
    assert band_by_date(birth, today) is after


@pytest.mark.parametrize("age", [-1, 121])
def test_an_impossible_age_is_refused(age: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 120"):
        birth_from_age(age, date(2006, 11, 1))


def test_birth_dates_lie_between_120_years_ago_and_today() -> None:
    today = date(2006, 11, 1)
    assert checked_birth(today, today) == today
    assert checked_birth(date(1886, 11, 1), today)
    with pytest.raises(ValueError, match="future"):
        checked_birth(date(2006, 11, 2), today)
    with pytest.raises(ValueError, match="120 years"):
        checked_birth(date(1885, 11, 1), today)


@pytest.mark.parametrize(
    "text", ["", "   ", "a\x00b", "a\nb", "a\u202eb", "a\u2028b", "\ud800", "x" * 101, "x" * 1_000_000]
)
def test_text_that_is_empty_too_long_or_holds_controls_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|is longer|control character"):
        plain_text(text)


@given(st.text(max_size=120))
def test_text_that_is_taken_can_be_taken_again_and_stored(text: str) -> None:
    try:
        clean = plain_text(text)
    except ValueError:
        return
    assert plain_text(clean) == clean
    assert 1 <= len(clean) <= 100
    assert clean == clean.strip()
    assert "\x00" not in clean.encode().decode()


@given(st.text(min_size=1, max_size=60))
def test_an_error_never_repeats_the_value(text: str) -> None:
    secret = "Qx" + text * 3
    with pytest.raises(ValueError, match="lower-case") as caught:
        region_code(secret)
    assert secret not in str(caught.value)


@pytest.mark.parametrize("text", ["", "North", "nörth", "-north", "north-", "a b", "x" * 41, "north\n"])
def test_a_region_is_a_code(text: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        region_code(text)


def test_languages_are_codes_once_each_in_order() -> None:
    assert language_codes(["KO ", "zh", "ko", "", "yue"]) == ("ko", "zh", "yue")
    with pytest.raises(ValueError, match="ISO 639"):
        language_codes(["jp"])
    with pytest.raises(ValueError, match="more than 10"):
        language_codes(["aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay"])


def test_an_identity_does_not_show_itself() -> None:
    identity = identity_of("Canary", "Kestrel", date(1980, 5, 17), None, date(2006, 11, 1))
    shown = f"{identity} {identity!r}"
    assert "Canary" not in shown
    assert "Kestrel" not in shown
    assert "1980" not in shown


def test_an_identity_from_an_age_says_that_it_is_estimated() -> None:
    identity = identity_of("A", "B", None, 7, date(2006, 11, 1))
    assert identity.estimated
    assert identity.band(date(2006, 11, 1)) is AgeBand.SCHOOL


@pytest.mark.parametrize(
    ("birth", "age", "part"),
    [
        (None, None, "birth_date"),
        (date(1980, 1, 1), 26, "birth_date"),
        (date(2007, 1, 1), None, "birth_date"),
        (None, 130, "age"),
    ],
)
def test_an_unfit_identity_names_its_part(birth: date | None, age: int | None, part: str) -> None:
    with pytest.raises(Unfit) as caught:
        identity_of("A", "B", birth, age, date(2006, 11, 1))
    assert caught.value.part == part
