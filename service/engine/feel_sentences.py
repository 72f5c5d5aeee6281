"""What FEEL's errors are called in Chinese: the sentence a modeller or an organiser reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service import feel

SENTENCES: Final[Mapping[str, str]] = {
    "string-not-closed": "字符串缺少右边的双引号",
    "unexpected-character": "有不认识的字符（标点要用英文半角）",
    "unexpected-text": "表达式已经写完，后面多了内容",
    "expected": "这里应当是 {what}",
    "expected-expression": "这里应当是一个值或表达式",
    "expected-name": "这里应当是一个名称",
    "expected-member": "点号后面应当是一个名称",
    "expected-type": "这里应当是一个类型",
    "expected-string": "@ 后面应当是双引号里的日期、时间或时长",
    "expected-range-end": "区间没有写完，缺少 ] 或 )",
    "not-temporal": "不是日期、时间或时长",
    "not-a-range": "不是区间",
    "range-ends": "区间的两端只能是固定的值",
    "mixed-arguments": "按名称和按位置给出的参数混在了一起",
    "too-long": "表达式超过 {limit} 个字符",
    "too-deep": "表达式嵌套超过 {limit} 层",
    "too-many-operators": "一行里的运算符超过 {limit} 个",
    "too-many-steps": "计算超过 {limit} 步，已停下",
    "calls-too-deep": "函数互相调用超过 {limit} 层，已停下",
    "evaluation-too-deep": "计算嵌套太深，已停下",
    "list-too-long": "列表超过 {limit} 项",
    "string-too-long": "文字超过 {limit} 个字符",
    "result-too-large": "结果里的值太多",
    "result-too-deep": "结果嵌套太深",
}
AT_END: Final = "end of expression"


def say(error: feel.FeelError | feel.EvaluationError) -> str:
    """Return an error's sentence; one of the syntax with line, column and the offending text."""
    sentence = SENTENCES[error.code].format_map(error.parameters)
    if isinstance(error, feel.EvaluationError):
        return sentence
    found = "，到这里就结束了" if error.text == AT_END else f"，写的是「{error.text}」" if error.text else ""
    return f"第 {error.line} 行第 {error.column} 个字符：{sentence}{found}"
