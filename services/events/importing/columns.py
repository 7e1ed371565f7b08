"""The columns of a list of guests, and the words by which they are called in Japan and Korea."""

from collections.abc import Mapping

from shared.spreadsheets.columns import SHIFT_JIS, UTF_8, Columns, heading_key

HEADINGS: Mapping[str, str] = {
    "name": "guest 名前 氏名 お名前 성명 이름",
    "mail": "email e_mail メール メールアドレス 이메일",
    "phone": "tel telephone 電話 電話番号 전화 전화번호",
    "language": "lang 言語 언어",
    "member": "会員 회원",
    "party": "group グループ 組 그룹",
}
"""What each column may be called."""

GUESTS = Columns(
    what="a list of guests",
    names=tuple(HEADINGS),
    required=("name",),
    either=(("mail", "phone"),),
    also={heading_key(word): name for name, words in HEADINGS.items() for word in words.split()},
    encodings=(UTF_8, SHIFT_JIS),
)
