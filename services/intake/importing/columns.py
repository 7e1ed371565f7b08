"""The columns of a register, and the words by which groups in Korea, China and Japan call them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.spreadsheets.columns import Columns, heading_key

HOUSEHOLD_COLUMNS = ("region", "arrived_on", "needs", "priority")
PERSON_COLUMNS = ("given_name", "family_name", "sex", "birth_date", "age", "size", "languages", "relation")
FULL_NAME = "full_name"

HEADINGS: Mapping[str, str] = {
    "household": "household_no household_id family_no 가구 가구번호 세대 세대번호 家庭 家庭编号 户号 世帯 世帯番号",
    "given_name": "first_name 이름 名 名字",
    "family_name": "last_name surname 성 성씨 姓 姓氏",
    FULL_NAME: "name 성명 姓名 氏名 お名前",
    "sex": "gender 성별 性别 性別",
    "birth_date": "date_of_birth birthdate dob 생년월일 출생일 出生日期 生年月日",
    "age": "나이 연령 만나이 年龄 年齡 年齢",
    "size": "clothing_size 치수 옷치수 옷사이즈 尺码 サイズ 服のサイズ",
    "languages": "language 언어 语言 語言 言語",
    "relation": "relationship 관계 가구주와의관계 关系 關係 続柄",
    "region": "지역 地区 地區 地域",
    "arrived_on": "arrival arrival_date 도착일 입국일 到达日期 抵达日期 到着日",
    "needs": "필요 필요물품 需要 需求 必要なもの",
    "priority": "우선순위 优先 優先",
}
"""What each column may be called without a mapping of the group's own."""

REGISTER = Columns(
    what="a register",
    names=("household", *PERSON_COLUMNS, *HOUSEHOLD_COLUMNS, FULL_NAME),
    required=("household", "size", "region", "arrived_on"),
    either=(("given_name", FULL_NAME), ("family_name", FULL_NAME), ("birth_date", "age")),
    numbers=frozenset({"age"}),
    also={heading_key(word): name for name, words in HEADINGS.items() for word in words.split()},
)


def columns(
    headings: Mapping[str, str],
    ignored: Iterable[str],
    *,
    without_sizes: bool = False,
    fixed: Iterable[str] = (),
) -> Columns:
    """A register's columns with a group's own headings; `fixed` are columns for which the mapping has one value."""
    own = {heading_key(word): name for word, name in headings.items()}
    absent = {*fixed, *(["size"] if without_sizes else [])}
    return replace(
        REGISTER,
        also={**REGISTER.also, **own},
        ignored=frozenset(map(heading_key, ignored)),
        required=tuple(name for name in REGISTER.required if name not in absent),
    )
