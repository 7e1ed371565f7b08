"""A signer that is kept in a folder: whoever was told to believe it goes on believing it in the next run."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from services.donations.paypal.environments import SANDBOX
from tests.support.paypal.chain import Holder
from tests.support.paypal.signing import Signer, signer

ROOT, BETWEEN, LEAF = "root", "between", "leaf"
LEFT = timedelta(days=1)
"""A certificate that ends sooner is made anew."""


def kept(folder: Path, now: datetime) -> Signer:
    """The signer whose keys lie in the folder; it is made if there is none, or if its certificates end soon."""
    if all(_file(folder, name).is_file() for name in (ROOT, BETWEEN, LEAF)):
        root, between = _read(folder, ROOT), _read(folder, BETWEEN)
        leaf = _read(folder, LEAF, between.certificate)
        if now + LEFT < leaf.certificate.not_valid_after_utc:
            return Signer(root, between, leaf, SANDBOX)
    made = signer(now)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, holder in ((ROOT, made.root), (BETWEEN, made.between), (LEAF, made.holder)):
        _write(_file(folder, name), _pem_of(holder))
    return made


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"


def _write(path: Path, pem: bytes) -> None:
    """A key is for its owner alone from the beginning."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(pem)


def _pem_of(holder: Holder) -> bytes:
    key = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key + holder.alone()


def _read(folder: Path, name: str, *issuers: x509.Certificate) -> Holder:
    pem = _file(folder, name).read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Holder(x509.load_pem_x509_certificate(pem), key, issuers)
