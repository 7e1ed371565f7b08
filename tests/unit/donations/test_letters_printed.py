"""Letters say what they were told in both languages, in any script that the fonts have, by the same bytes each time."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.money import Money
from services.donations.printing import words
from services.donations.printing.copies import LETTERS, copied, letters_press
from services.donations.printing.words import Issued, Language, Paid, Party
from shared.cli.wiring import filled_in
from shared.printing.fonts import Fonts, composed
from shared.printing.press import Press, Unprintable
from tests.support.pdf_text import text_of
from tests.support.properties import tried_with

DAY = date(2006, 11, 1)
OFFICE = Party("Example Relief", "1-2-3 Example, Tokyo", organisation=True)
FOOD = Paid(date(2006, 10, 20), "food", Money(1_000, "JPY"))
FOLDERS = filled_in("donations").letter_fonts  # type: ignore[attr-defined]
pytestmark = pytest.mark.skipif(
    not all(each.is_dir() for each in FOLDERS),
    reason="no fonts: apt-get install fonts-noto-cjk fonts-dejavu-core",
)


@pytest.fixture
def press() -> Press:
    return letters_press(FOLDERS)


def issued(name: str = "Donor", address: str = "Street 1", language: Language = Language.EN) -> Issued:
    return Issued(OFFICE, Party(name, address), language, DAY)


def receipt(press: Press, name: str, language: Language = Language.EN, **more: str) -> bytes:
    says = words.receipt(issued(name, language=language), "2006-17", FOOD, **more)
    printed = press.printed("receipt", says, DAY)
    assert isinstance(printed, bytes), printed
    return printed


NAMES = ["山田 太郎", "김영희", "髙橋 𠮷男", "José Łukasz Dvořák-Ødegård", "Nguyễn Thị Hồng", "Ελένη", "Иван"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", NAMES)
def test_a_receipt_says_who_gave_what_and_when(press: Press, name: str, language: Language) -> None:
    says = text_of(receipt(press, name, language))
    told = {
        Language.JA: [
            "寄附金受領書",
            "発行日 2006年11月1日",
            "1,000円",
            "2006年10月20日",
            "食糧支援",
            f"{name} 様",
        ],
        Language.EN: ["Donation Receipt", "1 November 2006", "JPY 1,000", "20 October 2006", "Food", name],
    }
    for each in (*told[language], "2006-17", "Street 1", OFFICE.name, OFFICE.address):
        assert re.sub(r"\s", "", each) in re.sub(r"\s", "", says), each


@pytest.mark.parametrize("name", ["สมชาย", "A🧑", "Ivan\u0007", "ᠮᠣᠩᠭᠣᠯ", "山田\ufe0f\U000e0100"])
def test_a_character_without_a_glyph_is_named_and_nothing_is_printed(press: Press, name: str) -> None:
    refused = press.printed("receipt", words.receipt(issued(name), "1", FOOD), DAY)
    assert isinstance(refused, Unprintable)
    lost = [each for each in name if f"U+{ord(each):04X}" in refused.words]
    assert lost, refused
    assert not set(lost) & set("AIvan山田")


def test_a_variant_of_a_character_that_the_font_has_is_printed(press: Press) -> None:
    assert "葛" in text_of(receipt(press, "葛\U000e0100城"))


def test_accents_that_were_typed_by_themselves_are_printed(press: Press) -> None:
    assert receipt(press, "Dvor\u030ca\u0301k") == receipt(press, "Dvořák")
    assert receipt(press, "\u1100\u1161") == receipt(press, "가")


def test_an_address_may_have_lines_as_browsers_end_them(press: Press) -> None:
    says = words.receipt(issued(address="Street\t1\r\nTown"), "1", FOOD)
    printed = press.printed("receipt", says, DAY)
    assert isinstance(printed, bytes)
    assert "Street 1Town" in text_of(printed)


TRICKS = [
    '#panic("x")',
    "*bold* _it_ `raw` $x^2$",
    "#sys.version",
    "= Heading",
    "\\u{41}",
    "]#pagebreak()[",
    '", "amount": "JPY 9,999',
    "@ref <label> // comment /* */",
]


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_is_never_markup(press: Press, name: str) -> None:
    said = text_of(receipt(press, name)).replace(" ", "")
    assert name.replace(" ", "") in said
    assert "JPY1,000" in said


@tried_with(40)
@given(name=st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "S")), min_size=1, max_size=40))
def test_whatever_is_printed_is_what_was_told(name: str) -> None:
    press = letters_press(FOLDERS)
    says = words.receipt(issued(name), "1", FOOD)
    printed = press.printed("receipt", says, DAY)
    if isinstance(printed, bytes):
        assert _alike(name) in _alike(text_of(printed))


def _alike(text: str) -> str:
    """Without blanks and soft hyphens, which are where a line may end."""
    return re.sub(r"[\s\u00ad-]", "", composed(text))


def test_the_same_words_give_the_same_bytes_from_another_press_too(press: Press) -> None:
    assert receipt(press, "山田") == receipt(press, "山田") == receipt(Press(LETTERS, Fonts(FOLDERS)), "山田")
    assert b"CreationDate(D:20061101" in receipt(press, "山田")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("valid", [True, False])
def test_a_copy_says_all_of_the_original_and_that_it_is_one(
    press: Press, language: Language, *, valid: bool
) -> None:
    original = receipt(press, "김영희", language)
    marks = words.marks(language, valid=valid)
    copies = [copied(press, original, marks, DAY) for _ in range(2)]
    assert copies[0] == copies[1]
    assert isinstance(copies[0], bytes)
    assert text_of(copies[0]) == text_of(original) + "".join(marks)


def test_taxes_and_a_former_receipt_are_told_of_only_if_there_is_something_to_tell(press: Press) -> None:
    plain, full = (
        receipt(press, "A"),
        receipt(press, "A", tax_sentence="It is deductible.", replaces="2006-16"),
    )
    assert "takes the place" not in text_of(plain)
    assert "It is deductible." in text_of(full)
    assert "2006-16" in text_of(full)


def test_a_statement_has_a_sum_for_each_currency_and_goes_on_over_pages(press: Press) -> None:
    paid = [
        Paid(date(2006, 1 + each % 12, 3), "medical", Money(each * 100, ("JPY", "USD")[each % 2]))
        for each in range(1, 101)
    ]
    says = words.statement(issued(), 2006, paid)
    assert says["sums"] == ["JPY 255,000", "USD 2,500.00"]
    printed = press.printed("statement", says, DAY)
    assert isinstance(printed, bytes)
    said = text_of(printed)
    assert (said.count("Medical help"), said.count("Total")) == (100, 2)
    assert said.count("Received on") > 1
    copy = copied(press, printed, ["COPY"], DAY)
    assert isinstance(copy, bytes)
    assert text_of(copy).count("Medical help") == 100


def test_without_fonts_it_is_said_which_are_missing(tmp_path: Path) -> None:
    refused = letters_press((tmp_path, tmp_path / "none")).printed(
        "receipt", words.receipt(issued(), "1", FOOD), DAY
    )
    assert isinstance(refused, Unprintable)
    assert "fonts-noto-cjk" in refused.words


def test_nothing_of_a_letter_is_shown_when_its_parts_are_printed() -> None:
    assert "Donor" not in repr(issued("Donor"))
