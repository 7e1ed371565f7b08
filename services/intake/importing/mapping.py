"""A mapping file: by which words a group calls columns and values, as TOML.

[headings]                 # the group's heading = the column
"가구 번호" = "household"
"성명" = "full_name"

[values.sex]               # what stands in a cell = what is meant
"남" = "male"

[fixed]                    # for a column that the file does not have
region = "north"

[options]
ignored = ["비고"]
full_name = "family given"       # or "given family"
size_from_age = true             # where a size is missing
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.intake.domain.people import folded
from services.intake.importing.columns import REGISTER, columns
from shared.contracts.intake import ClothingSize
from shared.outcomes import Refused, invalid
from shared.plainly import NotToml, reason_of, toml_of
from shared.spreadsheets.columns import Columns

LARGEST = 64 * 1024
Word = Annotated[str, Field(max_length=100)]

WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"female": "f w 여 여자 여성 女 女性", "male": "m 남 남자 남성 男 男性", "unknown": "? 모름 不明"},
    "relation": {
        "head": "가구주 세대주 본인 户主 戶主 世帯主 本人",
        "spouse": "배우자 아내 남편 처 配偶 妻子 丈夫 配偶者 妻 夫",
        "child": "자녀 아들 딸 子女 儿子 女儿 子 息子 娘",
        "parent": "부모 아버지 어머니 父母 父亲 母亲 親 父 母",
        "sibling": "형제 자매 형 누나 오빠 언니 동생 兄弟 姐妹 兄弟姉妹",
        "other": "기타 其他 その他",
        "unaccompanied": "무연고",
    },
    "languages": {
        "ko": "한국어 조선어 韩语 朝鲜语 韓国語",
        "zh": "중국어 中文 汉语 中国語",
        "ja": "일본어 日语 日本語",
        "en": "영어 英语 英語",
    },
}
"""What each value may be called without a mapping of the group's own."""
BUILT_IN = {
    column: {folded(word): value for value, words in values.items() for word in words.split()}
    for column, values in WORDS.items()
}
COMPOUND = frozenset(["남궁", "황보", "제갈", "사공", "선우", "독고", "서문", "동방", "망절"])
"""Korean family names of two syllables."""
SIZES = (
    (1, "6m"),
    (2, "12m"),
    (3, "24m"),
    (5, "98"),
    (7, "110"),
    (9, "122"),
    (11, "134"),
    (13, "146"),
    (16, "158"),
)
"""From which age on children have outgrown a size, roughly; somebody has to look, so each such row is told."""


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ignored: list[Word] = []
    full_name: Literal["family given", "given family"] = "family given"
    size_from_age: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    headings: dict[Word, Word] = {}
    values: dict[Word, dict[Word, Word]] = {}
    fixed: dict[Word, Word] = {}
    options: _Options = _Options()


@dataclass(frozen=True)
class Mapped:
    """How a group's words are to be read."""

    columns: Columns = REGISTER
    values: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: BUILT_IN)
    fixed: Mapping[str, str] = field(default_factory=dict)
    family_first: bool = True
    size_from_age: bool = False

    def value(self, column: str, text: str) -> str:
        """What is meant by what stands in a cell, or in a part of it."""
        return self.values.get(column, {}).get(folded(text), text)

    def names_of(self, text: str) -> tuple[str, str]:
        """Given and family name out of a full one. ValueError if nobody can tell where one ends."""
        if "," in text:
            family, _, given = text.partition(",")
        elif len(words := text.split()) > 1:
            family, given = words[0], " ".join(words[1:])
            if not self.family_first:
                family, given = words[-1], " ".join(words[:-1])
        elif 2 <= len(text) <= 5 and all("가" <= each <= "힣" for each in text):
            end = 2 if text[:2] in COMPOUND and len(text) > 2 else 1
            family, given = text[:end], text[end:]
        else:
            raise ValueError("needs a blank between family and given name")
        return given.strip(), family.strip()


PLAIN = Mapped()


def size_of(age: int) -> ClothingSize:
    """What somebody of that age most likely wears."""
    return ClothingSize(next((size for end, size in SIZES if age < end), "M"))


def mapping_of(content: bytes) -> Mapped | Refused:
    """A mapping file read, or why it cannot be one."""
    if len(content) > LARGEST:
        return invalid(f"A mapping file has at most {LARGEST // 1024} kB.")
    try:
        file = _File.model_validate(toml_of(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return invalid("The mapping file is not text in UTF-8.")
    except NotToml as error:
        return invalid(f"The mapping file is not TOML; see the handbook for one to copy. In {error}.")
    except ValidationError as error:
        fields = [(_part(each["loc"]), reason_of(each)) for each in error.errors()]
        return invalid("The mapping file holds what a mapping cannot have.", *fields[:20])
    known = set(REGISTER.names)
    unknown = {*file.headings.values(), *file.values, *file.fixed} - known
    if unknown:
        return invalid(
            "The mapping file names columns that a register does not have. "
            f"The columns are {', '.join(REGISTER.names)}."
        )
    options = file.options
    return Mapped(
        columns=columns(
            file.headings, options.ignored, without_sizes=options.size_from_age, fixed=file.fixed
        ),
        values=_values(file.values),
        fixed=file.fixed,
        family_first=options.full_name == "family given",
        size_from_age=options.size_from_age,
    )


def _part(place: tuple[int | str, ...]) -> str:
    """Which part of the file is at fault, without a word that the group wrote."""
    return str(place[0]) if place and place[0] in _File.model_fields else "mapping"


def _values(own: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    together: dict[str, Mapping[str, str]] = dict(BUILT_IN)
    for column, words in own.items():
        together[column] = {
            **BUILT_IN.get(column, {}),
            **{folded(word): value for word, value in words.items()},
        }
    return together
