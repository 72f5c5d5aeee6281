from __future__ import annotations

import pytest

from service.programmes.privacy.scanner import Kind, scan


@pytest.mark.parametrize(
    ("text", "kind", "excerpt"),
    [
        ("身份证11010519491231002X。", Kind.ID_NUMBER, "身份证110105********002X。"),
        ("号 440524 18800101 0014", Kind.ID_NUMBER, "号 440524********0014"),
        ("１１０１０５１９４９１２３１００２Ｘ", Kind.ID_NUMBER, "110105********002X"),
        # a slip of the pen names the person all the same
        ("110105194912310029", Kind.ID_NUMBER, "110105********0029"),
        ("电话13812345678转", Kind.PHONE, "电话138****5678转"),
        ("138-1234-5678", Kind.PHONE, "138****5678"),
        ("0519-80001234", Kind.PHONE, "********1234"),
        ("051988106878", Kind.PHONE, "********6878"),
        ("电话01012345678。", Kind.PHONE, "电话*******5678。"),
        ("0252345678", Kind.PHONE, "******5678"),
        ("（0519）88106878", Kind.PHONE, "********6878"),
        ("(0519) 88106878", Kind.PHONE, "********6878"),
        ("（０５１９）８８１０６８７８", Kind.PHONE, "********6878"),
        ("本件属内部资料，请收好", Kind.WORD, "本件属内部资料，请收好"),
        ("代号甲工程", Kind.WORD, "代号甲工程"),
    ],
)
def test_what_may_not_be_published_is_found_and_shown_masked(text: str, kind: Kind, excerpt: str) -> None:
    [hit] = scan(text, ["代号甲"])

    assert (hit.kind, hit.excerpt) == (kind, excerpt)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024年3月25日获“产业振兴好青年”称号",
        "专利号ZL202410123456.7，产值12345678901234567890元",
        "订单20240325000123，增长138%",
        "2024-03-25（03）20240325",
        "占比0.051988106878，误差1.051988106878",
        "编号001988106878，流水0519881068780001",
        "合计0元，（0519）年产值88106878元",
    ],
)
def test_other_numbers_are_let_be(text: str) -> None:
    assert scan(text) == []


def test_neighbouring_numbers_are_all_found_and_none_is_shown_beside_another() -> None:
    hits = scan("13812345678 13987654321")

    assert [hit.kind for hit in hits] == [Kind.PHONE, Kind.PHONE]
    assert not any("13987654321"[:6] in hits[0].excerpt or "345678" in hit.excerpt for hit in hits)
