"""What is looked for in letters. All of it is found in plain text: wide, Thai, Burmese and other characters are the
usual ones by then (`hints.py:plain_of`).
"""

import re
from enum import StrEnum


class HintKind(StrEnum):
    """What may have been found. All are looked for in texts, but the last, which is looked for in photos."""

    MAIL = "mail"
    URL = "url"
    ACCOUNT = "account"
    """A name in a messenger or a social network."""
    DATE = "date"
    PHONE = "phone"
    DIGITS = "digits"
    PLACE = "place"
    ADDRESS = "address"
    """A part of one: a prefecture, a block, a house."""
    POSITION = "position"
    """The photo that was sent had a position in it; the one that is kept has none."""


PLACES = (
    *(
        "yanbian",
        "yanji",
        "tumen",
        "longjing",
        "helong",
        "hunchun",
        "dandong",
        "shenyang",
        "changchun",
        "mudanjiang",
    ),
    *("hyesan", "musan", "hoeryong", "onsong", "namyang", "sinuiju", "chongjin", "pyongyang", "hamhung"),
    *(
        "延边",
        "延吉",
        "图们",
        "龙井",
        "和龙",
        "珲春",
        "丹东",
        "沈阳",
        "長春",
        "长春",
        "牡丹江",
        "延辺",
        "図們",
        "瀋陽",
    ),
    *("연변", "연길", "도문", "룡정", "용정", "화룡", "훈춘", "단동", "심양", "장춘", "목단강"),
    *("혜산", "무산", "회령", "온성", "남양", "신의주", "청진", "평양", "함흥"),
)
"""Places near the border, in the spellings that letters have. The setting `letter_places` adds to them."""
PREFECTURES = (
    *("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県"),
    *("埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県"),
    *("岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"),
    *("鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県"),
    *("佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
)
COMMON = (
    *("都市", "地区", "校区", "学区", "街区", "下町", "港町", "町村", "市町村", "農村"),
    *("漁村", "山村", "全市", "全区", "同市"),
)
"""Words that end like the name of a town or district, and are none."""

_AT = r"(?:@|\(at\)|\[at\]|\sat\s|アットマーク|アット|골뱅이)"
_DOT = r"(?:\.|。|\(dot\)|\[dot\]|\sdot\s|ドット)"
_BETWEEN = r"[\s.\-()/ー・]*"
_KANJI = "〇零一二三四五六七八九"
_HANGUL = "공영일이삼사오육칠팔구"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MESSENGERS = (
    "kakao(?:talk)?|wechat|weixin|line id|telegram|whatsapp|facebook|instagram|skype|viber|zalo|messenger"
)
_NAME = r"[\u4e00-\u9fff々ァ-ヶー]{1,6}?"
_TOWN = rf"(?!(?:{'|'.join(COMMON)})){_NAME}[市区郡町村](?![\u4e00-\u9fff]|(?<=市)場)"
_LOT = rf"[\d{_KANJI}十百]+\s*(?:丁目|番地|番町|号室|号棟)|\d+番\d+号"
_DAY = r"\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일]"

_PATTERNS = (
    (HintKind.MAIL, rf"(?<![\w.+-])[\w.+-]+?\s*{_AT}\s*[\w-]+\s*{_DOT}\s*\w+(?:{_DOT}[a-z]+)*"),
    (
        HintKind.URL,
        r"(?:https?://|www\.)\S+|(?<![\w-])[\w-]+\.(?:com|net|org|jp|kr|cn|io|me|info|th|mm)(?![a-z])(?:/\S*)?",
    ),
    (
        HintKind.ACCOUNT,
        rf"(?<!\w)@\w{{2,}}|(?<![a-z])(?:{_MESSENGERS})(?![a-z])|(?<![a-z])(?-i:LINE)(?![a-z])",
    ),
    (
        HintKind.ACCOUNT,
        "카카오톡|카톡|라인|위챗|텔레그램|인스타|微信|カカオ(?:トーク)?|ライン|テレグラム|インスタ|ไลน์",
    ),
    (
        HintKind.ACCOUNT,
        r"(?:(?<![a-z])id\s*[:=]|아이디\s*[:=는은]?|アイディー\s*[:=は]?)\s*[a-z0-9][\w.\-]{2,}",
    ),
    (HintKind.ADDRESS, r"〒\s*\d{3}-?\d{4}|〒"),
    (HintKind.ADDRESS, rf"(?:{'|'.join(PREFECTURES)})(?:{_TOWN}){{0,3}}(?:(?:{_NAME})?(?:{_LOT}))?"),
    (HintKind.ADDRESS, rf"(?:{_TOWN}){{1,3}}(?:(?:{_NAME})?(?:{_LOT}))?|{_LOT}"),
    (HintKind.ADDRESS, r"(?:さいたま|つくば|いわき|うるま|ひたちなか)市"),
    (HintKind.ADDRESS, r"\d+\s*번지|\d+동\s*\d+호|[가-힣]{1,6}(?:특별시|광역시|자치시)"),
    (HintKind.ADDRESS, r"[가-힣]{1,8}[로길]\s*\d+(?:번길\s*\d*)?(?![\d\s]*[개번명살마])"),
    (HintKind.ADDRESS, r"\d+-chome|(?<![a-z])[a-z]{3,}-(?:shi|ku|gun|machi|mura|ken|fu|chome)(?![a-z])"),
    (
        HintKind.DATE,
        rf"(?<!\d)(?<!\d[-/.])(?:\d{{4}}\s*[-/.年년]\s*\d{{1,2}}(?:\s*[-/.月월]\s*\d{{1,2}}\s*[日일]?)?|{_DAY}"
        rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}})(?!\d)|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})[a-z]*"
        rf"|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}\b|(?:大正|昭和|平成|令和)\s*(?:\d{{1,2}}|元)\s*年(?:\s*{_DAY})?",
    ),
    (HintKind.PHONE, rf"\+?\d(?:{_BETWEEN}\d){{8,14}}|[{_KANJI}](?:{_BETWEEN}[{_KANJI}]){{8,14}}"),
    (HintKind.PHONE, rf"[{_HANGUL}](?:{_BETWEEN}[{_HANGUL}]){{8,14}}"),
    (HintKind.DIGITS, rf"\d(?:[\s.\-()/ー]*\d){{3,}}|[{_KANJI}]{{4,}}|[{_HANGUL}]{{7,}}"),
)
FOUND = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)
"""Each kind with what is one. What is part of something found before is left out, so the order matters."""
