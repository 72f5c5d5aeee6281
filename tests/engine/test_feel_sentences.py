"""FEEL's errors are said in Chinese, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

import pytest

from service import engine, feel
from service.engine.feel_sentences import SENTENCES, say
from service.feel.errors import MESSAGES
from tests.engine.conftest import Walk
from tests.engine.sketch import draw


def test_every_code_has_its_sentence_with_the_same_parameters() -> None:
    assert list(SENTENCES) == list(MESSAGES)
    for code, sentence in SENTENCES.items():
        assert _parameters(sentence) == _parameters(MESSAGES[code]), code
        assert not sentence.isascii()


def _parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('outcome = "approve', '第 1 行第 11 个字符：字符串缺少右边的双引号，写的是「"approve」'),
        ("a +", "第 1 行第 4 个字符：这里应当是一个值或表达式，到这里就结束了"),
        ("a\n  ]", "第 2 行第 3 个字符：表达式已经写完，后面多了内容，写的是「]」"),
        ("if a then b", "第 1 行第 12 个字符：这里应当是 else，到这里就结束了"),
        ("n > 1 n", "第 1 行第 7 个字符：表达式已经写完，后面多了内容，写的是「n」"),
        ("n & 1", "第 1 行第 3 个字符：有不认识的字符（标点要用英文半角），写的是「&」"),
        ("(" * 1000, "第 1 行第 1 个字符：表达式嵌套超过"),
        ("1" * 1_000_001, "表达式超过"),
    ],
)
def test_syntax_error_is_said_with_its_place(source: str, said: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.compile(source)

    assert said in say(caught.value)


def test_modeller_reads_it_in_the_finding() -> None:
    (problem,) = [
        p for p in engine.check_diagram(draw(p="start s\nxor g\nmanual A\ns -> g\ng -> A ? =n >"))
        if p.rule == "expression"
    ]  # fmt: skip

    assert problem.message.endswith(
        "不是合法的表达式：第 1 行第 4 个字符：这里应当是一个值或表达式，到这里就结束了"
    )


@pytest.mark.parametrize(
    "script", ["=for a in 1..100000, b in 1..100000 return a", "=for a in 1..200000 return [1,2,3,4,5,6]"]
)
def test_evaluation_past_a_limit_is_a_fault_in_chinese(walk: Callable[..., Walk], script: str) -> None:
    step = walk(f'start s\nscript M script="{script}" result=r\ns -> M').start()

    assert step.fault is not None
    assert step.fault.element_id == "M"
    assert "无法计算：" in step.fault.message
    assert step.fault.message.rpartition("：")[2].isascii() is False
