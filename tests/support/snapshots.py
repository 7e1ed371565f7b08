"""Pictures as phones take them, and as somebody sends them who means harm."""

import io
import struct
import zlib

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

WORDS = "Zeisig of Yanji"


def snapshot(
    width: int = 80, height: int = 60, form: str = "JPEG", position: bool = True, words: str = WORDS
) -> bytes:
    """A picture with a position, a date, a comment, an owner, and words after its end."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[Base.Artist] = words
    exif[Base.DateTime] = "2006:11:01 10:00:00"
    exif[Base.Orientation] = 6
    if position:
        exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (42.0, 54.0, 0.0)
        exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    out = io.BytesIO()
    image.save(out, form, exif=exif, comment=words.encode())
    return out.getvalue() + words.encode()


def bomb(edge: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has 3,600 million pixels."""
    header = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b""))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
