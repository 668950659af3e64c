"""Keys, signatures and sealed resources of WeChat Pay API v3. Real RSA and real AES-GCM; the keys are made at start.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012365342 (signatures), 4012071382 (AEAD_AES_256_GCM).
"""

from __future__ import annotations

import base64
import binascii
import random
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from bot.simulator.clock import system_clock

PUBLIC_KEY_ID = "PUB_KEY_ID_SIM0001"
SCHEME = "WECHATPAY2-SHA256-RSA2048"


def message(*parts: str) -> bytes:
    """What is signed: every part on its own line, the last one too."""
    return "".join(f"{part}\n" for part in parts).encode()


def sign(key: rsa.RSAPrivateKey, *parts: str) -> str:
    return base64.b64encode(key.sign(message(*parts), padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(key: rsa.RSAPublicKey, signature: str, *parts: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message(*parts), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def seal(apiv3_key: str, nonce: str, associated_data: str, plain: str) -> str:
    """AEAD_AES_256_GCM: ciphertext and the 16 bytes of the tag, as base64."""
    sealed = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), plain.encode(), associated_data.encode())
    return base64.b64encode(sealed).decode()


def unseal(apiv3_key: str, nonce: str, associated_data: str, ciphertext: str) -> str:
    """The other way. Raises cryptography's InvalidTag."""
    sealed = base64.b64decode(ciphertext)
    return AESGCM(apiv3_key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode()).decode()


def _our_own(pem: bytes) -> rsa.RSAPrivateKey:
    """A key that was made here. Whether its numbers are primes is not looked into, which takes a tenth of a second."""
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an RSA key was expected")
    return key


class Keys:
    """The merchant's key pair, the platform's with certificate and public-key id, and the APIv3 key."""

    @classmethod
    def kept(cls, folder: Path) -> Keys:
        """Keys that lie in a folder, so that a restart does not change them; made when there are none."""
        folder.mkdir(parents=True, exist_ok=True)
        seed = folder / "seed"
        if not seed.exists():
            seed.write_text(secrets.token_hex(16), "utf-8")
        keys = cls(random.Random(seed.read_text("utf-8")))
        for name in ("merchant", "platform"):
            file = folder / f"{name}.pem"
            if file.exists():
                keys.__dict__[name] = _our_own(file.read_bytes())
            else:
                file.write_bytes(_pem(getattr(keys, name)))
                file.chmod(0o600)
        (folder / "public.pem").write_text(keys.public_pem, "utf-8")
        return keys

    def __init__(self, rng: random.Random) -> None:
        self.apiv3_key = "".join(rng.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(32))
        self.merchant_serial = f"{rng.getrandbits(152) | 1 << 151:038X}"
        self._rng, self.public_key_id = rng, PUBLIC_KEY_ID
        self._serial = rng.getrandbits(152) | 1 << 151

    def renew(self, public_key_id: str) -> None:
        """From now on everything is signed with a new key: another public-key id, another certificate."""
        self._serial, self.public_key_id = self._rng.getrandbits(152) | 1 << 151, public_key_id
        for made in ("platform", "certificate"):
            self.__dict__.pop(made, None)

    @cached_property
    def merchant(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def platform(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def opens(self, sealed: str) -> str | None:
        """A sensitive field that was encrypted with the platform's key; None for anything else.

        Source: https://pay.weixin.qq.com/doc/v3/merchant/4012070165
        """
        scheme = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
        try:
            return self.platform.decrypt(base64.b64decode(sealed, validate=True), scheme).decode()
        except ValueError:
            return None

    @property
    def merchant_pem(self) -> str:
        return _pem(self.merchant).decode()

    @property
    def public_pem(self) -> str:
        """微信支付公钥: what the merchant downloads in public-key mode."""
        return (
            self.platform.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The platform certificate of the older mode."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated Tenpay")])
        made = system_clock()  # a certificate is checked against the machine's own clock
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.platform.public_key())
            .serial_number(self._serial)
            .not_valid_before(made - timedelta(days=1))
            .not_valid_after(made + timedelta(days=365))
        )
        return builder.sign(self.platform, hashes.SHA256())

    @property
    def certificate_serial(self) -> str:
        return f"{self._serial:X}"

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
