"""A root, an intermediate and leaves, as PayPal's own; and such as must not be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key; `issuers` are the certificates between it and the root, the nearest first."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """The certificate and those between it and the root, as PayPal serves them."""
        chain = (self.certificate, *self.issuers)
        return b"".join(each.public_bytes(Encoding.PEM) for each in chain)

    def alone(self) -> bytes:
        """Without those between."""
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Span:
    """When a certificate is valid."""

    start: datetime
    end: datetime


def around(now: datetime, days: int = 365) -> Span:
    """From yesterday on."""
    return Span(now - DAY, now + days * DAY)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def authority(name: str, span: Span, issuer: Holder | None = None) -> Holder:
    """A root; with an issuer, an intermediate."""
    key = new_key()
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(name, key, span, issuer)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return _signed(builder.add_extension(usage, critical=True), key, issuer)


def leaf(names: list[str], span: Span, issuer: Holder | None) -> Holder:
    """A certificate that signs for `names`; without an issuer it vouches for itself."""
    key = new_key()
    builder = _builder(names[0], key, span, issuer)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    return _signed(builder.add_extension(usage, critical=False), key, issuer)


def _builder(name: str, key: rsa.RSAPrivateKey, span: Span, issuer: Holder | None) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuing = issuer.key.public_key() if issuer else key.public_key()
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer.certificate.subject if issuer else subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=span.start,
        not_valid_after=span.end,
    )
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), critical=False)


def _signed(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, issuer: Holder | None) -> Holder:
    certificate = builder.sign(issuer.key if issuer else key, SHA256())
    if issuer is None:
        return Holder(certificate, key)
    # The root is known to whoever checks and not sent along.
    between = (
        (issuer.certificate, *issuer.issuers) if issuer.issuers or not _vouches_for_itself(issuer) else ()
    )
    return Holder(certificate, key, between)


def _vouches_for_itself(holder: Holder) -> bool:
    return holder.certificate.subject == holder.certificate.issuer
