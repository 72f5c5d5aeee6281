from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.programmes.rule.identity_number import (
    IdentityNumber,
    WrongIdentityNumber,
    make,
    mask,
    mask_phone,
    parse,
)

# the notice's boundary vectors (requirements §1.1) and the two of the standard
NUMBERS = {
    "320400200512310006": date(2005, 12, 31),
    "320400200601010005": date(2006, 1, 1),
    "320400200601020000": date(2006, 1, 2),
    "320400198901020002": date(1989, 1, 2),
    "320400198901010007": date(1989, 1, 1),
    "320400198812310008": date(1988, 12, 31),
    "320400198401020006": date(1984, 1, 2),
    "320400198401010000": date(1984, 1, 1),
    "320400198312310001": date(1983, 12, 31),
    "11010519491231002X": date(1949, 12, 31),
    "440524188001010014": date(1880, 1, 1),
}

people = st.builds(
    make,
    st.integers(100000, 999999).map(str),
    st.dates(date(1900, 1, 1), date(2010, 12, 31)),
    st.integers(0, 999),
)


@pytest.mark.parametrize(("number", "born"), NUMBERS.items())
def test_number_tells_the_birth_date(number, born):
    assert parse(number).birth_date == born


def test_number_tells_the_sex():
    assert parse("440524188001010014").sex == "男"
    assert parse("11010519491231002X").sex == "女"


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_number_is_stored_one_way(typed):
    assert parse(typed) == IdentityNumber(
        number="11010519491231002X", birth_date=date(1949, 12, 31), sex="女"
    )


def test_residence_permit_is_told_apart():
    assert parse(make("810000", date(1990, 1, 1), 1)).is_residence_permit is True
    assert parse("440524188001010014").is_residence_permit is False


@given(number=people)
def test_made_up_number_is_well_formed(number):
    assert parse(number).number == number


@given(number=people, place=st.integers(0, 17), other=st.sampled_from("0123456789X"))
def test_x29_changing_any_single_digit_fails(number, place, other):
    changed = number[:place] + other + number[place + 1 :]

    if changed != number:
        with pytest.raises(WrongIdentityNumber):
            parse(changed)


@given(text=st.text())
def test_any_text_is_refused_in_words(text):
    with pytest.raises(WrongIdentityNumber, match="身份证号"):
        parse(text)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "请填写身份证号。"),
        ("   ", "请填写身份证号。"),
        ("440524800101001", "15 位的旧身份证号已停用，请填写 18 位身份证号。"),
        ("4405241880010100", "身份证号应为 18 位，现在是 16 位，请核对。"),
        ("44052418800101001A", "身份证号前 17 位只能是数字，最后一位是数字或 X，请核对。"),
        ("44052418800230001X", "身份证号里的出生日期 1880-02-30 不存在，请核对第 7 至 14 位。"),
        ("440524188001010015", "身份证号校验位不对，至少有一位数字写错，请对照身份证逐位核对。"),
    ],
)
def test_x29_wrong_number_says_what_is_wrong(typed, message):
    with pytest.raises(WrongIdentityNumber) as refusal:
        parse(typed)

    assert refusal.value.message == message


def test_masks_hide_the_middle():
    assert mask("320400200512310006") == "320400********0006"
    assert parse("11010519491231002X").masked == "110105********002X"
    assert mask("12345") == "*****"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("0519-80001234") == "*********1234"
    assert mask_phone("110") == "***"
