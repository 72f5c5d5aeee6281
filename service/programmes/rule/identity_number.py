"""The 18-digit 居民身份证号 (GB 11643-1999): shape, birth date, check digit, and how much of it is shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum.cn import ric

from service.errors import Invalid

Sex = Literal["男", "女"]

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_SEPARATORS = re.compile(r"[\s·-]")
LENGTH = 18
OLD_LENGTH = 15  # numbers of the first generation, out of use since 2013
RESIDENCE_PERMITS = ("81", "82", "83")  # 港澳台居民居住证


class WrongIdentityNumber(Invalid):
    """It cannot be anybody's number: too short, no such day, or a digit mistyped."""


@dataclass(frozen=True, kw_only=True)
class IdentityNumber:
    """A well-formed number. A right check digit is no proof of who somebody is."""

    number: str  #: 18 characters, X in upper case
    birth_date: date
    sex: Sex

    @property
    def region(self) -> str:
        """The six digits of the place of registration, not looked up: the table of places changes."""
        return self.number[:6]

    @property
    def is_residence_permit(self) -> bool:
        """Whether it is the number of a 港澳台居民居住证."""
        return self.number.startswith(RESIDENCE_PERMITS)

    @property
    def masked(self) -> str:
        """The number as internal lists show it."""
        return mask(self.number)


def parse(text: str) -> IdentityNumber:
    """Check a number as typed and take it apart; spaces, full-width digits and a small x are forgiven."""
    number = normalise(text)
    if not number:
        raise WrongIdentityNumber("请填写身份证号。")
    if len(number) == OLD_LENGTH and number.isdigit():
        raise WrongIdentityNumber("15 位的旧身份证号已停用，请填写 18 位身份证号。")
    if len(number) != LENGTH:
        raise WrongIdentityNumber(f"身份证号应为 18 位，现在是 {len(number)} 位，请核对。")
    if _SHAPE.fullmatch(number) is None:
        raise WrongIdentityNumber("身份证号前 17 位只能是数字，最后一位是数字或 X，请核对。")
    born = _birth_date(number)
    if number[-1] != ric.calc_check_digit(number):
        raise WrongIdentityNumber("身份证号校验位不对，至少有一位数字写错，请对照身份证逐位核对。")
    return IdentityNumber(number=number, birth_date=born, sex=_sex(number))


def normalise(text: str) -> str:
    """Return the number as it is stored and compared: half-width, without spaces, X in upper case."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def mask(number: str) -> str:
    """Show the first six and the last four; anything shorter is hidden whole."""
    return _mask(number, head=6, tail=4)


def mask_phone(phone: str) -> str:
    """Show a mobile number as 138****1234, a landline by its last four digits."""
    digits = unicodedata.normalize("NFKC", phone).strip()
    if re.fullmatch(r"1[0-9]{10}", digits):
        return _mask(digits, head=3, tail=4)
    return _mask(digits, head=0, tail=4)


def make(region: str, birth: date, sequence: int) -> str:
    """Make up a number with a right check digit, for rehearsals and tests.

    An odd sequence is a man, an even one a woman. Use a region that is given to nobody (ending 00).
    """
    body = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _birth_date(number: str) -> date:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongIdentityNumber(
            f"身份证号里的出生日期 {year:04d}-{month:02d}-{day:02d} 不存在，请核对第 7 至 14 位。"
        ) from None


def _sex(number: str) -> Sex:
    return "男" if int(number[16]) % 2 else "女"


def _mask(text: str, *, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]
