from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rendering import queues


@pytest.fixture
def redis_away(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Nobody listens where Redis should be; the process's connection is made anew before and after."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    queues.short_connection.cache_clear()
    yield
    queues.short_connection.cache_clear()


@pytest.mark.usefixtures("redis_away")
def test_health_tells_when_the_queue_is_away_and_stays_in_service() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "queue": False})
