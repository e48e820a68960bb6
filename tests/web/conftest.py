"""A signed-in browser's worth of client, and somebody else's things."""

import pytest
from django.test import Client

from accounts.models import User
from tests import factories


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every page reads rows."""


@pytest.fixture
def ada() -> User:
    return factories.user("ada@example.org")


@pytest.fixture
def page(ada: User) -> Client:
    """Ada's browser."""
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def stranger() -> User:
    return factories.user("eve@example.org")
