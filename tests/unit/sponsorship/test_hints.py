"""What may tell of somebody is found, however it is written; usual words are not."""

import pytest

from services.sponsorship.domain.hints import hints_in, still_there

CASES = [
    ("Write to me: kim.lee@example.org!", "mail", "kim.lee@example.org"),
    ("kim (at) example (dot) org", "mail", "kim (at) example (dot) org"),
    ("See www.example.org/me", "url", "www.example.org/me"),
    ("my page is kim-lee.net", "url", "kim-lee.net"),
    ("find me @kimlee99", "account", "@kimlee99"),
    ("카카오톡 아이디", "account", "카카오톡"),
    ("call 090-1234-5678 please", "phone", "090-1234-5678"),
    ("call ０９０１２３４５６７８", "phone", "０９０１２３４５６７８"),
    ("٠٩٠١٢٣٤٥٦٧٨", "phone", "٠٩٠١٢٣٤٥٦٧٨"),
    ("room 1 2 0 4", "digits", "1 2 0 4"),
    ("一三九四三三", "digits", "一三九四三三"),
    ("since 2006-03-04", "date", "2006-03-04"),
    ("2006年3月4日に", "date", "2006年3月4日"),
    ("on 4th March", "date", "4th March"),
    ("We live in Yanji now", "place", "Yanji"),
    ("연길에 살아요", "place", "연길"),
    ("near Village Seven", "place", "Village Seven"),
]


@pytest.mark.parametrize(("text", "kind", "words"), CASES)
def test_what_may_tell_of_somebody_is_found(text: str, kind: str, words: str) -> None:
    (hint,) = hints_in(text, ["village seven"])
    assert (hint.kind.value, text[hint.start : hint.end]) == (kind, words)


def test_usual_words_and_small_numbers_are_not_found() -> None:
    assert hints_in("I am 9, have 2 cats, and got 100 points in maths! I may sing at school.") == []


def test_several_are_found_in_the_order_of_the_text_and_none_twice() -> None:
    text = "Yanji, 2006-03-04: mail a@b.org or 090 1234 5678"
    assert [each.kind.value for each in hints_in(text)] == ["place", "date", "mail", "phone"]


def test_what_is_still_there_is_seen_in_any_writing() -> None:
    assert still_there("０９０", "call 090 now")
    assert still_there("Yanji", "in YANJI")
    assert not still_there("Yanji", "in a town")
