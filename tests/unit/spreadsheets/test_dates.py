"""Dates as people write them: what each says, and what is refused because it could say two days."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spreadsheets.dates import (
    DAY_FIRST,
    HALF_MONTH,
    LUNAR,
    NO_DAY,
    NO_SUCH,
    SHORT_YEAR,
    WHOLE,
    Written,
    day_of,
    written,
)

DAY, MONTH, YEAR = Written(1948, 3, 4), Written(1948, 3), Written(1948)

TO_BE_READ = {
    DAY: """
        1948-03-04 | 1948-3-4 | 1948.03.04 | 1948. 3. 4. | 1948/3/4 | 19480304 | 1948 3 4 | 1948–3–4 | 1948 . 3 . 4
        1948년 3월 4일 | 1948년3월4일 | 1948年3月4日 | 1948年3月4号
        １９４８年３月４日 | １９４８．０３．０４ | 1948－03－04
        1948.3.4(목) | 1948年3月4日生 | 양력 1948.3.4 | 1948-03-04 00:00:00 | 1948-03-04T00:00
        昭和23年3月4日 | 昭和２３年３月４日 | S23.3.4 | s23/3/4 | 民國37年3月4日
        주체37(1948)년 3월 4일 | 주체 37년 3월 4일 | 단기 4281년 3월 4일
    """,
    MONTH: "1948-03 | 1948.03 | 1948년 3월 | 1948年3月 | 1948-03-00 | 昭和23年3月",
    YEAR: "1948 | １９４８ | 1948년 | 1948年 | 1948년생 | 1948生まれ | 1948-00-00 | 昭和23年",
    Written(1989, 1, 8): "平成元年1月8日",
}
TO_BE_REFUSED = {
    SHORT_YEAR: "48-03-04 | 48.3.4 | 480304 | 48년 3월 4일 | 48年3月 | '48 | 48 | 04/03/48",
    DAY_FIRST: "17.05.1980 | 5/17/1980 | 17-05-1980",
    LUNAR: "음력 1948.3.4 | 1948.3.4(음) | 农历1948年3月4日 | 旧暦1948年3月4日",
    HALF_MONTH: "1948.1 | 1948.3",
    NO_SUCH: "1981-02-29 | 1948-13-01 | 1948-13 | 1948-00-04 | 0000 | 昭和65年1月1日",
    WHOLE: "1948-3.4 | about 1948 | unknown | 모름 | 12345 | 1948-03-04T12:00 | 1948-3-4-5",
}
SAID = [
    (each, said) for said, some in TO_BE_READ.items() for each in re.split(r" \| |\n", some) if each.strip()
]
REFUSED = [(each, words) for words, some in TO_BE_REFUSED.items() for each in some.split(" | ")]


@pytest.mark.parametrize(("text", "said"), SAID)
def test_a_date_is_read_as_it_is_written_there(text: str, said: Written) -> None:
    assert written(text) == said


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_could_be_two_days_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole of its words is compared
        written(text)
    assert str(caught.value) == words


@pytest.mark.parametrize("text", ["1948", "1948년 3월", "1948-03-00"])
def test_where_the_day_is_needed_it_is_asked_for(text: str) -> None:
    with pytest.raises(ValueError, match=NO_DAY):
        day_of(text)


@pytest.mark.parametrize("text", ["unknown", "음력 1948.3.4"])
def test_where_the_day_is_needed_no_year_alone_is_offered(text: str) -> None:
    with pytest.raises(ValueError, match=r"like 1980-05-17$"):
        day_of(text)


WAYS = (
    "{0:%Y}-{0.month}-{0.day}",
    "{0:%Y}. {0.month}. {0.day}.",
    "{0:%Y/%m/%d}",
    "{0:%Y%m%d}",
    "{0:%Y}년 {0.month}월 {0.day}일",
    "{0:%Y}年{0.month}月{0.day}日",
    "주체{1}({0:%Y})년 {0.month}월 {0.day}일",
)
WIDE = str.maketrans("0123456789-./", "０１２３４５６７８９－．／")


@given(st.dates(date(1912, 1, 1), date(2100, 1, 1)), st.sampled_from(WAYS), st.booleans())
def test_every_day_is_read_in_each_way_of_writing(day: date, way: str, wide: bool) -> None:
    text = way.format(day, day.year - 1911)
    assert day_of(text.translate(WIDE) if wide else text) == day


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-2, 2), st.integers(0, 12))
def test_the_likeliest_day_lies_in_the_year_and_month_and_not_ahead(
    today: date, off: int, month: int
) -> None:
    year = today.year + off
    said = Written(year, month or None)
    day = said.likeliest(today)
    assert (day.year, day.month) == (year, month) if month else day.year == year
    assert day <= today or (year, month or 1) > (today.year, today.month)


@given(st.text(max_size=20))
def test_no_text_breaks_it_and_no_error_repeats_it(text: str) -> None:
    try:
        written(text)
    except ValueError as error:
        assert str(error) in (WHOLE, SHORT_YEAR, DAY_FIRST, LUNAR, HALF_MONTH, NO_SUCH)  # noqa: PT017 - both ends are right
