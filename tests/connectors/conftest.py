"""Long proofs run only when they are asked for: `pytest -m proof`."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what takes minutes, unless it is named."""
    if "proof" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("proof"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: run with -m proof"))
