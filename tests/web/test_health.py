import pytest
from django.test import Client


@pytest.mark.django_db
def test_health_tells_when_the_queue_is_away_and_stays_in_service(settings, tmp_path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "queue": False})
