"""Encryption at rest for personal data: identity numbers, phones, answers.

The keys of the process are set once by the composition root. A stored value is
``<suite byte><12 byte nonce><ciphertext and tag>``; the suite byte lets an installation change from
AES to SM4 while old rows stay readable.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary, types

Suite = Literal["aes", "gm"]
_AES, _SM4 = b"\x01", b"\x02"
_NONCE, _TAG = 12, 16


class Keyring:
    """Encrypts fields and makes the keyed hashes they are found by."""

    def __init__(self, key: bytes, suite: Suite = "aes") -> None:
        if len(key) != 32:
            raise ValueError("the field key has 32 bytes")
        self._aes = AESGCM(_derive(key, b"aes"))
        self._sm4 = _derive(key, b"sm4")[:16]
        self._index = _derive(key, b"index")
        self._suite = suite
        #: tells this key from any other and says nothing about it; the same for every suite
        self.fingerprint = _derive(key, b"fingerprint").hex()

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt with a fresh nonce; two calls never give the same bytes."""
        nonce = os.urandom(_NONCE)
        if self._suite == "aes":
            return _AES + nonce + self._aes.encrypt(nonce, plain, _AES)
        encryptor = Cipher(algorithms.SM4(self._sm4), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_SM4)
        return _SM4 + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, stored: bytes) -> bytes:
        """Decrypt; raises if the bytes were changed or belong to another key."""
        suite, nonce, sealed = stored[:1], stored[1 : 1 + _NONCE], stored[1 + _NONCE :]
        if suite == _AES:
            return self._aes.decrypt(nonce, sealed, _AES)
        decryptor = Cipher(algorithms.SM4(self._sm4), modes.GCM(nonce, sealed[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(_SM4)
        return decryptor.update(sealed[:-_TAG]) + decryptor.finalize()

    def index(self, text: str) -> str:
        """Return the keyed hash a value is found by; without the key it says nothing."""
        digest = "sm3" if self._suite == "gm" else "sha256"
        return hmac.new(self._index, text.encode(), digest).hexdigest()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"xuanshu:" + purpose, hashlib.sha256).digest()


_keyring: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Set the keys of this process. Called by the composition root before any row is read."""
    global _keyring  # noqa: PLW0603 -- columns have no other way to reach the process's keys
    _keyring = keyring


def keyring() -> Keyring:
    """Return the keys of this process."""
    if _keyring is None:
        raise RuntimeError("no field key: call models.crypto.use_keyring first")
    return _keyring


class EncryptedText(types.TypeDecorator[str]):
    """Text that is ciphertext in the database. It cannot be searched; keep an ``index`` beside it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(value).decode()


class EncryptedJson(types.TypeDecorator[dict[str, Any]]):
    """A JSON object that is ciphertext in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(keyring().decrypt(value))
