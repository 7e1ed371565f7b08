"""A picture that is kept has its pixels and nothing else; a hostile file is refused with clear words."""

import io

import pytest
from PIL import Image

from services.sponsorship.correspondence.pictures import Picture, made_anew
from shared.outcomes import Refused
from tests.support.snapshots import WORDS, bomb, snapshot

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://example.org/x"/></svg>'
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + bytes(3) + b"\xff\xff\xff,\x00\x00;"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew_upright_and_without_what_the_file_had_besides(form: str) -> None:
    made = made_anew(snapshot(form=form))
    assert isinstance(made, Picture)
    assert made.position
    with Image.open(io.BytesIO(made.body)) as image:
        assert (image.format, image.size, (made.width, made.height)) == ("JPEG", (60, 80), (60, 80))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        red, _, blue = image.getpixel((55, 5))  # type: ignore[misc]
        assert blue > red, "the blue corner has turned to the right"
    assert WORDS.encode() not in made.body


def test_a_picture_without_a_position_says_so_and_a_large_one_becomes_smaller() -> None:
    made = made_anew(snapshot(3_000, 1_500, position=False))
    assert isinstance(made, Picture)
    assert (made.position, made.width, made.height) == (False, 1_000, 2_000)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (SVG, "no picture"),
        (GIF, "no picture"),
        (b"", "no picture"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "Save it as JPEG"),
        (b"\0\0\0\x18ftypmif1" + bytes(100), "Save it as JPEG"),
        (b"\0\0\0\x18ftypisom" + bytes(100), "no picture"),
        (b"%PDF-1.4", "no picture"),
        (snapshot()[:400], "broken"),
        (snapshot(form="PNG")[:-60], "broken"),
        (bomb(), "more pixels"),
        (bomb(6_400), "more pixels"),
        (bytes(10 * 1024 * 1024 + 1), "larger than"),
    ],
    ids=[
        "svg",
        "gif",
        "nothing",
        "heic",
        "mif1",
        "film",
        "pdf",
        "cut jpeg",
        "cut png",
        "bomb",
        "just too large",
        "too many bytes",
    ],
)
def test_a_file_that_is_no_picture_or_a_trap_is_refused(raw: bytes, word: str) -> None:
    refused = made_anew(raw)
    assert isinstance(refused, Refused)
    assert word in refused.words
