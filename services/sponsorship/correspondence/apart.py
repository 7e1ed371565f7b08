"""Makes a picture anew, in a process of its own with little memory and time: a hostile picture ends that process.

It is run as a program, and imports nothing of ours. Its standard input is a picture as somebody sent it, its standard
output a line of JSON and then the new picture. The new one is made of the pixels alone, so nothing else can be in it:
no position, no camera, no date, no thumbnail, no comment, and nothing that follows the end of the picture.
"""

import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_MEMORY = 1024 * 1024 * 1024
"""Of address space. A picture of 40 megapixels takes 120 MB, and three times that while it is turned."""
MOST_CPU_SECONDS = 20
MOST_PIXELS = 40_000_000
MOST_EDGE = 2_000
"""Of the new picture, in pixels: enough for print on a page."""
FORMATS = ("JPEG", "PNG", "WEBP")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""The brands, after `ftyp`, by which a file of a phone says what it is. Reading them takes a library of its own."""
GPS = 0x8825
POSITION = b"exif:GPS"
"""How a position is called in XMP, the other place in which a picture can have one."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    raw = sys.stdin.buffer.read()
    try:
        said, made = anew(raw)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        said, made = {"refused": "too_large"}, b""
    except UnidentifiedImageError:
        said, made = {"refused": "heic" if raw[4:8] == b"ftyp" and raw[8:12] in HEIC else "no_picture"}, b""
    except Exception:  # noqa: BLE001, a decoder raises whatever it likes for a picture that is broken
        said, made = {"refused": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)


def anew(raw: bytes) -> tuple[dict[str, object], bytes]:
    """What is said of a picture, and the picture that takes its place. Raises whatever Pillow does."""
    with Image.open(io.BytesIO(raw), formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            return {"refused": "too_large"}, b""
        position = bool(sent.getexif().get_ifd(GPS)) or POSITION in raw
        sent.load()
        upright = ImageOps.exif_transpose(sent).convert("RGB")
    upright.thumbnail((MOST_EDGE, MOST_EDGE))
    # Pixels are copied to a picture that has never seen the file.
    clean = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85)
    return {"width": clean.width, "height": clean.height, "position": position}, out.getvalue()


if __name__ == "__main__":
    main()
