"""The text of a PDF as a reader gets it out: of those that `shared/printing` makes, and of no others."""

import re
import zlib
from collections.abc import Iterator, Mapping

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONTS = re.compile(rb"/Font<<(.*?)>>", re.DOTALL)
_BLOCK = re.compile(rb"\bBT\b(.*?)\bET\b", re.DOTALL)
_TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\(", re.DOTALL)
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All that is shown on all pages, in the order of the file, without line ends."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    shown: list[str] = []
    for each in objects.values():
        head = each.partition(b"stream")[0]
        content = _content(each)
        if b"BT" in content and b"beginbf" not in content:
            shown += _runs(content, _fonts(objects, each, head))
    return "".join(shown)


def _content(each: bytes) -> bytes:
    found = _STREAM.search(each)
    if found is None or b"FlateDecode" not in each[: found.start()] or b"/FontDescriptor" in each:
        return b""
    return zlib.decompress(found[1]) if b"CIDFontType" not in each[: found.start()] else b""


def _fonts(objects: Mapping[int, bytes], each: bytes, head: bytes) -> dict[str, dict[int, str]]:
    """What the codes of each font mean: those of a form's own fonts, or of the page whose content it is."""
    mine = next(number for number, body in objects.items() if body is each)
    page = b"/Contents %d 0 R" % mine
    owner = next((body for body in objects.values() if page in body), head)
    resources = re.search(rb"/Resources (\d+) 0 R", owner)
    said = _FONTS.search(objects[int(resources[1])] if resources else owner)
    named = re.findall(rb"/(f\d+) (\d+) 0 R", said[1]) if said else []
    return {name.decode(): _codes(objects, objects[int(number)]) for name, number in named}


def _codes(objects: Mapping[int, bytes], font: bytes) -> dict[int, str]:
    to_unicode = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert to_unicode, "each font says what its codes mean"
    table = _content(objects[int(to_unicode[1])])
    codes: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, meaning in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            codes[int(code, 16)] = bytes.fromhex(meaning.decode()).decode("utf-16-be")
    return codes


def _runs(content: bytes, fonts: Mapping[str, Mapping[int, str]]) -> Iterator[str]:
    codes: Mapping[int, str] = {}
    for block in _BLOCK.findall(content):
        for font, raw in _tokens(block):
            codes = fonts[font.decode()] if font else codes
            for at in range(0, len(raw), 2):
                yield codes.get(int.from_bytes(raw[at : at + 2], "big"), "\N{REPLACEMENT CHARACTER}")


def _tokens(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each font that is taken, and each string that is shown; one of the two is empty."""
    at = 0
    while found := _TOKEN.search(block, at):
        at = found.end()
        if found[0] == b"(":
            end = _end_of_string(block, at)
            yield b"", _ESCAPED.sub(_unescaped, block[at : end - 1])
            at = end
        else:
            yield found[1] or b"", bytes.fromhex((found[2] or b"").decode())


def _end_of_string(block: bytes, at: int) -> int:
    """Where a string ends that began before this place: brackets within it come in pairs, or behind a backslash."""
    depth = 1
    while depth:
        bracket = _BRACKET.search(block, at)
        assert bracket, "a string ends"
        depth += {b"(": 1, b")": -1}.get(bracket[0], 0)
        at = bracket.end()
    return at


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if code.isdigit() else _LETTERS.get(code, code)
