from __future__ import annotations

from pathlib import Path

import pytest

from service.config import BadSetting, Settings


def test_defaults_serve_one_machine_on_loopback() -> None:
    settings = Settings.from_env({"PATH": "/bin", "HOME": "/root"})

    assert settings == Settings()
    assert (settings.host, settings.demonstration, settings.scheduler) == ("127.0.0.1", False, True)
    assert settings.url == f"sqlite:///{Path('var/xuanshu.db').resolve()}"


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://u:p@db/x\n")

    settings = Settings.from_env(
        {
            "XUANSHU_PORT": "9000",
            "XUANSHU_TICK_SECONDS": "0.5",
            "XUANSHU_SCHEDULER": "off",
            "XUANSHU_DATA_DIR": "/srv/xuanshu",
            "XUANSHU_CRYPTO_SUITE": "gm",
            "XUANSHU_DATABASE_URL_FILE": str(secret),
        }
    )

    assert (settings.port, settings.tick_seconds, settings.scheduler) == (9000, 0.5, False)
    assert (settings.data_dir, settings.crypto_suite) == (Path("/srv/xuanshu"), "gm")
    assert settings.url == "postgresql://u:p@db/x"


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"XUANSHU_PROT": "80"}, "XUANSHU_PROT is not a setting of this service"),
        ({"XUANSHU_PORT": "http"}, "XUANSHU_PORT must be a whole number, not 'http'"),
        ({"XUANSHU_PORT": "70000"}, "XUANSHU_PORT must lie between 1 and 65535"),
        ({"XUANSHU_SCHEDULER": "perhaps"}, "XUANSHU_SCHEDULER must be true or false, not 'perhaps'"),
        ({"XUANSHU_CRYPTO_SUITE": "des"}, "XUANSHU_CRYPTO_SUITE must be one of aes, gm, not 'des'"),
        ({"XUANSHU_FIELD_KEY": "abc"}, "XUANSHU_FIELD_KEY must be 64 hexadecimal digits"),
        ({"XUANSHU_PORT": "0"}, "XUANSHU_PORT must lie between 1 and 65535"),
        ({"XUANSHU_WEB_PROCESSES": "0"}, "XUANSHU_WEB_PROCESSES must be at least 1"),
        ({"XUANSHU_WEB_PROCESSES": "-1"}, "XUANSHU_WEB_PROCESSES must be at least 1"),
        ({"XUANSHU_WEB_THREADS": "0"}, "XUANSHU_WEB_THREADS must be at least 1"),
        ({"XUANSHU_TRUSTED_PROXIES": "-1"}, "XUANSHU_TRUSTED_PROXIES must be at least 0"),
        ({"XUANSHU_EVIDENCE_MEGABYTES": "-1"}, "XUANSHU_EVIDENCE_MEGABYTES must be at least 0"),
        ({"XUANSHU_TICK_SECONDS": "0"}, "XUANSHU_TICK_SECONDS must be greater than 0 and at most 86400"),
        ({"XUANSHU_TICK_SECONDS": "nan"}, "XUANSHU_TICK_SECONDS must be greater than 0 and at most 86400"),
        ({"XUANSHU_TICK_SECONDS": "inf"}, "XUANSHU_TICK_SECONDS must be greater than 0 and at most 86400"),
        ({"XUANSHU_HOST": ""}, "XUANSHU_HOST must be an address or a name, without a port"),
        ({"XUANSHU_HOST": "foo bar"}, "XUANSHU_HOST must be an address or a name, without a port"),
        ({"XUANSHU_HOST": "127.0.0.1:80"}, "XUANSHU_HOST must be an address or a name, without a port"),
        ({"XUANSHU_PUBLIC_URL": ""}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "foo bar"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "https://"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "ftp://host"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "http://h:port"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "http://a b/"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "http://[::1/"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_PUBLIC_URL": "http://h/?a=b"}, "XUANSHU_PUBLIC_URL must read http://host or https://host"),
        ({"XUANSHU_DATA_DIR": ""}, "XUANSHU_DATA_DIR must name a directory"),
        ({"XUANSHU_PROCESSES_DIR": " "}, "XUANSHU_PROCESSES_DIR must name a directory"),
        ({"XUANSHU_FORMS_DIR": ""}, "XUANSHU_FORMS_DIR must name a directory"),
        ({"XUANSHU_SMTP_URL": "smtp://h"}, "XUANSHU_MAIL_FROM is needed with XUANSHU_SMTP_URL"),
        ({"XUANSHU_SECRET_KEY_FILE": "/nowhere"}, "XUANSHU_SECRET_KEY_FILE names a file that cannot be read"),
    ],
)
def test_what_cannot_be_meant_stops_the_start_with_its_name(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_env(environ)

    assert refused.value.message.startswith(sentence)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("localhost", "localhost:8000"),
        ("::1", "[::1]:8000"),
    ],
)
def test_address_is_written_as_one_listens_on_it(host: str, address: str) -> None:
    settings = Settings(host=host)

    assert settings.address == address
    assert settings.for_demonstration("craftsmen").public_url == f"http://{address}"


def test_demonstration_takes_over_only_what_reaches_nobody() -> None:
    real = Settings(
        data_dir=Path("/srv/xuanshu"),
        database_url="postgresql://u:p@db/x",
        secret_key="real",
        field_key="ab" * 32,
        crypto_suite="gm",
        port=8080,
        web_processes=4,
        public_url="https://xuanshu.example.invalid",
        processes_dir=Path("/srv/processes"),
        scheduler=False,
        smtp_url="smtp://mail.example.invalid",
        mail_from="xuanshu@example.invalid",
        apprise_urls="json://chat.example.invalid",
        trusted_proxies=1,
        secure_cookies=True,
        log_level="debug",
    )

    own = real.for_demonstration("craftsmen")

    assert own == Settings(
        demonstration=True,
        data_dir=Path("/srv/xuanshu/demonstration/craftsmen"),
        crypto_suite="gm",
        port=8080,
        public_url="http://127.0.0.1:8080",
        processes_dir=Path("/srv/processes"),
        log_level="debug",
    )
    assert real.list_unheeded(own) == [
        "XUANSHU_DATABASE_URL", "XUANSHU_SECRET_KEY", "XUANSHU_FIELD_KEY", "XUANSHU_WEB_PROCESSES",
        "XUANSHU_PUBLIC_URL", "XUANSHU_SCHEDULER", "XUANSHU_SMTP_URL", "XUANSHU_MAIL_FROM",
        "XUANSHU_APPRISE_URLS", "XUANSHU_TRUSTED_PROXIES", "XUANSHU_SECURE_COOKIES",
    ]  # fmt: skip
    assert Settings(demonstration=True).list_unheeded(own) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])
def test_demonstration_is_never_served_to_the_network(host: str) -> None:
    with pytest.raises(BadSetting, match="XUANSHU_DEMONSTRATION needs XUANSHU_HOST on loopback"):
        Settings.from_env({"XUANSHU_DEMONSTRATION": "1", "XUANSHU_HOST": host})
