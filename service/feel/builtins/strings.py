"""Built-ins on strings."""

from __future__ import annotations

from decimal import Decimal

from service.feel.builtins.patterns import compile_pattern, replacement
from service.feel.builtins.registry import builtin
from service.feel.frame import Run


@builtin("substring(string: string, start position: number, length?: number?)")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """From a position, counted from 1 or, below zero, from the end."""
    first = int(start)
    if first == 0 or abs(first) > len(text):
        run.warn("substring starts outside the string")
        return None
    if length is not None and length < 1:
        run.warn("substring needs a length above 0")
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin:] if length is None else text[begin : begin + int(length)]


@builtin("string length(string: string)")
def string_length(_run: Run, text: str) -> Decimal:
    """In characters."""
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(_run: Run, text: str) -> str:
    """In capitals."""
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(_run: Run, text: str) -> str:
    """In small letters."""
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(_run: Run, text: str, match: str) -> str:
    """What stands before the first match; empty where there is none."""
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after(string: string, match: string)")
def substring_after(_run: Run, text: str, match: str) -> str:
    """What stands after the first match; empty where there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(_run: Run, text: str, match: str) -> bool:
    """Whether the match occurs."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(_run: Run, text: str, match: str) -> bool:
    """Whether the string begins so."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_run: Run, text: str, match: str) -> bool:
    """Whether the string ends so."""
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string?)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool | None:
    """Whether the pattern (XPath) occurs."""
    compiled = compile_pattern(run, pattern, flags or "", text)
    return None if compiled is None else compiled.search(text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?)")
def replace(run: Run, text: str, pattern: str, by: str, flags: str | None = None) -> str | None:
    """Every occurrence of the pattern replaced; ``$1`` is a group."""
    compiled = compile_pattern(run, pattern, flags or "", text)
    if compiled is None:
        return None
    template = by if "q" in (flags or "") else replacement(by, compiled.groups)
    if template is None:
        run.warn("replace has a replacement with a stray $ or \\")
        return None
    if compiled.search("") is not None:
        run.warn("replace has a pattern that matches nothing at all")
        return None
    literal = "q" in (flags or "")
    return run.sized_text(compiled.sub((lambda _m: by) if literal else template, text))


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> list[object] | None:
    """The pieces between the delimiters (a pattern)."""
    compiled = compile_pattern(run, delimiter, "", text)
    if compiled is None:
        return None
    if compiled.search("") is not None:
        run.warn("split has a delimiter that matches nothing at all")
        return None
    pieces: list[object] = []
    begin = 0
    for match in compiled.finditer(text):
        if match.end() > match.start():
            pieces.append(text[begin : match.start()])
            begin = match.end()
    return run.sized_list([*pieces, text[begin:]])


@builtin("string join(list: list, delimiter?: string?)")
def string_join(run: Run, items: list[object], delimiter: str | None = None) -> str | None:
    """The strings, nulls left out, one after another."""
    texts = [item for item in items if item is not None]
    if not all(type(item) is str for item in texts):
        run.warn("string join joins strings only")
        return None
    run.step(len(texts))
    return run.sized_text((delimiter or "").join(texts))  # type: ignore[arg-type]
