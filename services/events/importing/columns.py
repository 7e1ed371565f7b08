"""The columns of a list of guests, and the words by which they are called in Japan and Korea."""

from collections.abc import Mapping

from shared.spreadsheets.columns import SHIFT_JIS, UTF_8, Columns, heading_key

HEADINGS: Mapping[str, str] = {
    "name": "guest 名前 氏名 ご氏名 お名前 参加者 参加者名 성명 이름 참가자",
    "mail": "email e_mail メール eメール メールアドレス eメールアドレス 이메일",
    "phone": "tel telephone 電話 電話番号 お電話番号 携帯 携帯電話 携帯番号 전화 전화번호 휴대폰",
    "language": "lang 言語 使用言語 언어",
    "member": "会員 会員区分 会員種別 会員・非会員 会員/非会員 회원 회원여부",
    "people": "headcount 人数 参加人数 인원 인원수",
    "party": "group グループ 組 団体 그룹 단체",
}
"""What each column may be called. `people` is how many a row stands for: one, as a seat is one person's."""
LEFT_OUT = "note remarks memo 備考 メモ 摘要 フリガナ ふりがな 所属 비고 메모 소속"
"""Columns of people's lists that no seat needs."""

GUESTS = Columns(
    what="a list of guests",
    names=tuple(HEADINGS),
    required=("name",),
    either=(("mail", "phone"),),
    numbers=frozenset({"phone"}),
    also={heading_key(word): name for name, words in HEADINGS.items() for word in words.split()},
    ignored=frozenset(map(heading_key, LEFT_OUT.split())),
    encodings=(UTF_8, SHIFT_JIS),
)
