"""A self-signed certificate for https://localhost."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAYS = 397  # the maximum that browsers accept


def certificate(folder: Path) -> tuple[Path, Path]:
    """Certificate and key in `folder`; created once, and again a week before they expire."""
    target, key_file = folder / "localhost.crt", folder / "localhost.key"
    now = datetime.datetime.now(datetime.UTC)
    if target.exists() and key_file.exists():
        known = x509.load_pem_x509_certificate(target.read_bytes())
        if known.not_valid_after_utc > now + datetime.timedelta(days=7):
            return target, key_file
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "graylane local")])
    hosts = [x509.DNSName("localhost"), x509.DNSName("*.localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    key_file.touch(mode=0o600)
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    target.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return target, key_file
