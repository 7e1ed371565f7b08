"""The columns of a list of gifts, and the words by which banks and groups in Japan and Korea call them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.spreadsheets.columns import SHIFT_JIS, UTF_8, Columns, heading_key

HEADINGS: Mapping[str, str] = {
    "reference": "ref number no 番号 整理番号 取引番号 照会番号 伝票番号 번호 거래번호",
    "received_on": "date day received 日付 入金日 取引日 年月日 お取扱日 受領日 날짜 입금일",
    "amount": "sum 金額 入金額 入金金額 お預り金額 寄付金額 금액 입금액",
    "currency": "通貨 통화",
    "purpose": "fund 目的 使途 용도",
    "way": "by 方法 入金方法 방법",
    "donor": "donor_id 寄付者番号",
    "on_behalf_of": "in_the_name_of in_honour_of 名義 代理 명의",
    "name": "donor_name 名前 氏名 お名前 寄付者 寄付者名 振込人 振込人名 성명 이름",
    "mail": "email e_mail メール メールアドレス 이메일",
    "phone": "tel telephone 電話 電話番号 전화 전화번호",
}
"""What each column may be called."""
LEFT_OUT = "balance memo note 残高 差引残高 摘要 備考 メモ 取引区分 잔액 비고 메모"
"""Columns of a bank's download that no gift needs."""

GIFTS = Columns(
    what="a list of gifts",
    names=tuple(HEADINGS),
    required=("reference", "received_on", "amount"),
    either=(("donor", "name"),),
    numbers=frozenset({"amount"}),
    also={heading_key(word): name for name, words in HEADINGS.items() for word in words.split()},
    ignored=frozenset(map(heading_key, LEFT_OUT.split())),
    encodings=(UTF_8, SHIFT_JIS),
)


@dataclass(frozen=True)
class Given:
    """What is said for all rows of a file. A cell of a column of the same name comes before it."""

    way: str = "bank"
    currency: str | None = None
    purpose: str | None = None

    @property
    def columns(self) -> Columns:
        """The columns of a file for which this is said: what nobody says must be in the file."""
        lacking = [name for name in ("currency", "purpose") if getattr(self, name) is None]
        return replace(GIFTS, required=(*GIFTS.required, *lacking))
