"""Time for what these tests need first: environments of gigabytes, made once."""

from pathlib import Path

import pytest

PATIENCE_S = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test of this folder wait until its environment is made, perhaps by another process."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(PATIENCE_S))
