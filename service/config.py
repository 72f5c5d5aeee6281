"""The settings of a running service, read from the environment once and never again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

from service.errors import ServiceError

PREFIX = "XUANSHU_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: what a demonstration takes over from the environment, beside the folder its data directory lies in
HEEDED = (
    "crypto_suite", "host", "port", "web_threads", "processes_dir", "forms_dir", "tick_seconds",
    "evidence_megabytes", "log_level",
)  # fmt: skip

_KINDS = {int: "whole number", float: "number"}
#: the least each may be
_LEAST = {"web_processes": 1, "web_threads": 1, "trusted_proxies": 0, "evidence_megabytes": 0}
LONGEST_TICK = 24 * 60 * 60
_NAME = re.compile(r"[\w.-]+")


class BadSetting(ServiceError):
    """A setting in the environment that cannot be meant: the service does not start."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, each from ``XUANSHU_<NAME>`` or the file named in ``XUANSHU_<NAME>_FILE``."""

    data_dir: Path = Path("var")  #: database (SQLite), uploads and generated keys live here
    database_url: str = ""  #: SQLAlchemy URL; empty means SQLite in data_dir
    secret_key: str = ""  #: signs session cookies; empty means one generated into data_dir
    field_key: str = ""  #: 64 hex digits, encrypts identity numbers and phones; empty means generated
    crypto_suite: Literal["aes", "gm"] = "aes"  #: aes = AES-GCM and SHA-256; gm = SM4-GCM and SM3
    host: str = "127.0.0.1"  #: address to listen on
    port: int = 8000  #: TCP port to listen on
    web_processes: int = 1  #: processes that answer requests; more than one wants PostgreSQL
    web_threads: int = 8  #: threads in each of them
    public_url: str = "http://127.0.0.1:8000"  #: how people reach the service; used in mails
    processes_dir: Path = Path("processes")  #: programme packs: diagrams, tables, quotas
    forms_dir: Path = Path("forms")  #: programme packs: forms and print templates
    demonstration: bool = False  #: a demonstration round on a movable clock; loopback only
    scheduler: bool = True  #: run the ticker inside the web process
    tick_seconds: float = 1.0  #: how often the ticker looks for due rows
    smtp_url: str = ""  #: smtp://user:password@host:port or smtps://…; empty means no mail
    mail_from: str = ""  #: sender of mails; needed with smtp_url
    apprise_urls: str = ""  #: further channels (企业微信, 钉钉, 飞书 …), one Apprise URL a line or space
    trusted_proxies: int = 0  #: how many reverse proxies in front may be believed
    secure_cookies: bool = False  #: cookies with the __Host- prefix, for service over TLS
    evidence_megabytes: int = 500  #: of files with the objections to one notice; 0 = objections without files
    log_level: Literal["debug", "info", "warning", "error"] = "info"  #: what is logged

    @property
    def url(self) -> str:
        """The database's URL with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'xuanshu.db').resolve()}"

    @property
    def address(self) -> str:
        """Host and port as an URL writes them: an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; an unknown or malformed ``XUANSHU_`` variable stops with its name."""
        types = get_type_hints(cls)
        names = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in environ.items():
            if not variable.startswith(PREFIX):
                continue
            plain = variable.removesuffix("_FILE")
            if variable in names:
                values[names[variable]] = _read(variable, text, types[names[variable]])
            elif variable.endswith("_FILE") and plain in names:
                values[names[plain]] = _read(variable, _read_file(variable, text), types[names[plain]])
            else:
                raise BadSetting(f"{variable} is not a setting of this service")
        return cls(**values)

    def for_demonstration(self, name: str) -> Settings:
        """Return the settings of a demonstration: data directory, database and keys of its own, no way out.

        Of these it takes over what is HEEDED: it reaches neither an installation nor anybody outside.
        """
        heeded = {field: getattr(self, field) for field in HEEDED}
        return Settings(
            demonstration=True,
            data_dir=self.data_dir / "demonstration" / name,
            public_url=f"http://{self.address}",
            **heeded,
        )

    def list_unheeded(self, demonstration: Settings) -> list[str]:
        """Return the variables that are set here and that a demonstration made of them passes over."""
        return [
            PREFIX + field.name.upper()
            for field in fields(self)
            if field.name != "data_dir"
            and getattr(self, field.name) not in (field.default, getattr(demonstration, field.name))
        ]

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, alone or together, however the settings came about."""
        if self.field_key and not re.fullmatch(r"[0-9a-fA-F]{64}", self.field_key):
            raise BadSetting("XUANSHU_FIELD_KEY must be 64 hexadecimal digits")
        if self.demonstration and self.host not in LOOPBACK:
            raise BadSetting(
                "XUANSHU_DEMONSTRATION needs XUANSHU_HOST on loopback: anybody may move its clock"
            )
        if self.smtp_url and not self.mail_from:
            raise BadSetting("XUANSHU_MAIL_FROM is needed with XUANSHU_SMTP_URL")
        if not _is_host(self.host):
            raise BadSetting("XUANSHU_HOST must be an address or a name, without a port")
        if not _is_web_address(self.public_url):
            raise BadSetting("XUANSHU_PUBLIC_URL must read http://host or https://host")
        self._refuse_numbers_out_of_bounds()

    def _refuse_numbers_out_of_bounds(self) -> None:
        if not 0 < self.port < 65536:
            raise BadSetting("XUANSHU_PORT must lie between 1 and 65535")
        if not 0 < self.tick_seconds <= LONGEST_TICK:  # nan lies nowhere
            raise BadSetting(f"XUANSHU_TICK_SECONDS must be greater than 0 and at most {LONGEST_TICK}")
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise BadSetting(f"{PREFIX}{name.upper()} must be at least {least}")


def _read_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{variable} names a file that cannot be read: {error}") from error


def _read(variable: str, text: str, kind: Any) -> Any:
    if get_args(kind):
        if text not in get_args(kind):
            raise BadSetting(f"{variable} must be one of {', '.join(get_args(kind))}, not {text!r}")
        return text
    if kind is bool:
        return _read_bool(variable, text)
    if kind is Path and not text.strip():
        raise BadSetting(f"{variable} must name a directory")
    try:
        return kind(text)
    except ValueError as error:
        raise BadSetting(f"{variable} must be a {_KINDS.get(kind, kind.__name__)}, not {text!r}") from error


def _read_bool(variable: str, text: str) -> bool:
    lowered = text.lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off", ""):
        return False
    raise BadSetting(f"{variable} must be true or false, not {text!r}")


def _is_host(text: str) -> bool:
    if ":" not in text:
        return _NAME.fullmatch(text) is not None
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_web_address(text: str) -> bool:
    """Say whether paths can be hung on it: http or https, a host, and nothing after a path."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    is_bare = not (parts.query or parts.fragment or re.search(r"\s", text))
    return is_bare and parts.scheme in ("http", "https") and _is_host(parts.hostname or "")
