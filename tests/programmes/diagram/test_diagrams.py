"""Published versions, as the modeler asks for them."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.programmes.diagram import diagrams
from tests.programmes.story import Story


@pytest.mark.usefixtures("both_databases")
def test_version_beyond_what_a_column_holds_is_not_there(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        assert diagrams.get_version(ctx, round_2024.pack.key, 1).version == 1
        with pytest.raises(NotFound):
            diagrams.get_version(ctx, round_2024.pack.key, 2**48 - 1)
