"""What the API says in Chinese: titles of errors, and marshmallow's own messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

TITLES = {
    400: "请求有误",
    401: "需要令牌",
    403: "没有权限",
    404: "找不到",
    405: "方法不允许",
    406: "无法提供所要的格式",
    409: "与现状冲突",
    412: "内容已被他人更改",
    413: "内容过大",
    415: "格式不支持",
    422: "内容有误",
    428: "缺少 If-Match",
    429: "操作过于频繁",
    500: "系统出错",
    503: "暂时不可用",
}
DETAILS = {
    400: "请求无法识别，请核对后重试。",
    401: "请在 Authorization 头中给出有效的令牌：Bearer <令牌>。令牌可用 POST /api/v1/tokens 取得。",
    404: "没有这个地址，或您无权查看。",
    405: "这个地址不支持这种方法，可用的方法见 Allow 头。",
    406: "不能以所要求的格式提供，请核对 Accept 头。",
    412: "读取之后内容已被更改，请重新读取、核对后再提交。",
    413: "请求正文太大。",
    415: "请求正文的格式不受支持，请核对 Content-Type 头。",
    422: "有的字段不符合要求，见 errors。",
    428: "修改前须先读取：请把读取时得到的 ETag 放在 If-Match 头中。",
    429: "尝试的次数太多，请稍后再试。",
}
_MESSAGES = (
    (re.compile(r"Missing data for required field\."), "必填"),
    (re.compile(r"Field may not be null\."), "不能为空"),
    (re.compile(r"Unknown field\."), "没有这个字段"),
    (re.compile(r"Invalid input type\."), "应为 JSON 对象"),
    (re.compile(r"Not a valid integer\."), "应为整数"),
    (re.compile(r"Not a valid string\."), "应为文字"),
    (re.compile(r"Not a valid boolean\."), "应为 true 或 false"),
    (re.compile(r"Not a valid (?:aware )?datetime\."), "应为带时区的时间，如 2024-03-25T24:00:00+08:00"),
    (re.compile(r"Not a valid date\."), "应为日期，如 2024-03-25"),
    (re.compile(r"Not a valid list\."), "应为数组"),
    (re.compile(r"Not a valid mapping type\."), "应为 JSON 对象"),
    (re.compile(r"Must be one of: (.*)\."), r"只能是：\1"),
    (re.compile(r"Longer than maximum length (\d+)\."), r"最多 \1 个字符"),
    (re.compile(r"Shorter than minimum length (\d+)\."), r"至少 \1 个"),
    (re.compile(r"Length must be between (\d+) and (\d+)\."), r"长度应在 \1 到 \2 之间"),
    (
        re.compile(r"Must be greater than or equal to (.*?)(?: and less than or equal to (.*))?\."),
        r"数值超出范围",
    ),
    (re.compile(r"Must be less than or equal to .*\."), r"数值超出范围"),
)


def translate(status: int, errors: Mapping[str, str], *, messages: Sequence[str] = ()) -> str:
    """Return a status's sentence, or a field's messages, in Chinese."""
    if messages:
        return "；".join(_say(message) for message in messages)
    if status == 400 and errors:
        return "请求正文不是有效的 JSON。"
    return DETAILS.get(status, "没有办成，请稍后重试。")


def _say(message: str) -> str:
    for pattern, sentence in _MESSAGES:
        found = pattern.fullmatch(message)
        if found:
            return found.expand(sentence)
    return message
