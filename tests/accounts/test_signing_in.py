"""Signing in and out depends on nothing but the database and the web process."""

import pytest
from django.test import Client

from accounts.models import User
from tests import factories


@pytest.fixture
def redis_away(settings, tmp_path) -> None:
    """Everything that asks Redis finds nobody."""
    address = f"unix://{tmp_path}/nobody.sock"
    settings.REDIS_URL = address
    settings.RQ_QUEUES = {name: {**queue, "URL": address} for name, queue in settings.RQ_QUEUES.items()}


@pytest.mark.usefixtures("redis_away")
def test_people_sign_in_while_redis_is_away() -> None:
    factories.user("mia@example.org")
    client = Client()
    answer = client.post("/account/login/", {"login": "mia@example.org", "password": factories.PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"]


@pytest.mark.usefixtures("redis_away")
def test_people_sign_up_while_redis_is_away() -> None:
    passwords = {"password1": "a-long-enough-one", "password2": "a-long-enough-one"}
    answer = Client().post("/account/signup/", {"email": "noa@example.org", **passwords})
    assert answer.status_code == 302
    assert User.objects.filter(email="noa@example.org").exists()


def test_an_email_address_signs_in_however_it_is_written() -> None:
    factories.user("mia@example.org")
    answer = Client().post("/account/login/", {"login": "Mia@Example.ORG", "password": factories.PASSWORD})
    assert answer.status_code == 302


def test_guessing_passwords_is_slowed_down() -> None:
    factories.user("mia@example.org")
    client = Client()
    answers = [
        client.post("/account/login/", {"login": "mia@example.org", "password": f"guess {n}"})
        for n in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1].content.decode()
