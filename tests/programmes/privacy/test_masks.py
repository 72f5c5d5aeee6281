"""What is left of a sensitive value: by its shape, the same wherever it is shown."""

from __future__ import annotations

import pytest

from service.api.frame.masking import mask_value
from service.programmes.privacy.masks import mask


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("11010519491231002X", "110105********002X"),
        ("13800001234", "138****1234"),
        ("0519-80000123", "*********0123"),
        ("86655123", "****5123"),
        ("１３８００００１２３４", "138****1234"),
        ("110105 19491231 002x", "110105********002X"),
        ("江苏省常州市新北区龙城大道某某苑", "****"),
        ("王测试", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_mask_keeps_only_what_tells_values_apart(value: str | None, masked: str) -> None:
    assert mask(value) == masked
    assert mask_value(value) == (masked if value else value)
