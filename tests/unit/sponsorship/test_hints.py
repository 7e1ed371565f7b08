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
    # Mails, ids and phone numbers however wide they are typed.
    ("ｋｉｍ＠ｅｘａｍｐｌｅ．ｏｒｇ に", "mail", "ｋｉｍ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
    ("kim＠example。org", "mail", "kim＠example。org"),
    ("＠ｋｉｍｌｅｅ９９", "account", "＠ｋｉｍｌｅｅ９９"),
    ("LINEで話そう", "account", "LINE"),
    ("ＬＩＮＥ で", "account", "ＬＩＮＥ"),
    ("KakaoTalk으로", "account", "KakaoTalk"),
    ("아이디는 kimlee99", "account", "아이디는 kimlee99"),
    ("ID: kim_lee", "account", "ID: kim_lee"),
    ("＋８１（９０）１２３４ー５６７８", "phone", "＋８１（９０）１２３４ー５６７８"),
    ("๐๘๑-๒๓๔-๕๖๗๘", "phone", "๐๘๑-๒๓๔-๕๖๗๘"),
    ("၀၉၄၂၀၁၂၃၄၅၆", "phone", "၀၉၄၂၀၁၂၃၄၅၆"),
    ("공일공-일이삼사-오육칠팔", "phone", "공일공-일이삼사-오육칠팔"),
    ("〇九〇ー一二三四ー五六七八", "phone", "〇九〇ー一二三四ー五六七八"),
    ("090\u200b1234\u200b5678", "phone", "090\u200b1234\u200b5678"),
    ("①②③④", "digits", "①②③④"),
    # Addresses in Japan and Korea.
    ("〒１７０－００１３", "address", "〒１７０－００１３"),
    ("東京都豊島区東池袋３丁目", "address", "東京都豊島区東池袋３丁目"),
    ("私は横浜市に住む", "address", "横浜市"),
    ("大阪府の", "address", "大阪府"),
    ("二丁目の角", "address", "二丁目"),
    ("１２番地です", "address", "１２番地"),
    ("Ikebukuro is in Toshima-ku.", "address", "Toshima-ku"),
    ("세종로 110", "address", "세종로 110"),
    ("101동 1203호", "address", "101동 1203호"),
    ("平成18年11月1日", "date", "平成18年11月1日"),
    # Typed as parts, as some computers do.
    ("\u110b\u1167\u11ab\u1100\u1175\u11af에", "place", "\u110b\u1167\u11ab\u1100\u1175\u11af"),
    ("ﾗｲﾝで", "account", "ﾗｲﾝ"),
]


@pytest.mark.parametrize(("text", "kind", "words"), CASES)
def test_what_may_tell_of_somebody_is_found(text: str, kind: str, words: str) -> None:
    (hint,) = hints_in(text, ["village seven"])
    assert (hint.kind.value, text[hint.start : hint.end]) == (kind, words)


def test_usual_words_and_small_numbers_are_not_found() -> None:
    for text in (
        "I am 9, have 2 cats, and got 100 points in maths! I may sing at school in a line.",
        "この都市の市場はにぎやかです。農村より人が多い。一番すきな学区の友だち三人と行きました。",
        "저는 이 이야기를 오늘 일기에 썼어요. 사과 이 개와 구두 일 켤레.",
        "ฉันชอบวาดรูป และมีแมว ๒ ตัว",
    ):
        assert hints_in(text) == [], text


def test_several_are_found_in_the_order_of_the_text_and_none_twice() -> None:
    text = "Yanji, 2006-03-04: mail a@b.org or 090 1234 5678"
    assert [each.kind.value for each in hints_in(text)] == ["place", "date", "mail", "phone"]


def test_what_is_still_there_is_seen_in_any_writing() -> None:
    assert still_there("０９０", "call 090 now")
    assert still_there("Yanji", "in YANJI")
    assert not still_there("Yanji", "in a town")
