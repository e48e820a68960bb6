"""Where references are computed: on the device that AVATARLAB_DEVICE names. Nothing here needs Django."""

import pytest
import torch

from rendering.engines.neural import runtime


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "golden: compares with references of the authors' code")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "golden" in item.path.parts:
            item.add_marker(pytest.mark.golden)


@pytest.fixture(scope="session")
def device() -> torch.device:
    """In full float32: what is compared is the network, not the arithmetic of a GPU."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return runtime.choose(threads=2).device
