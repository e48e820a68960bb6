import pytest
from rest_framework.test import APIClient

from accounts.services import create_token
from tests import factories


@pytest.fixture(autouse=True)
def own_rows_and_files(db: None, empty_media: None) -> None:
    """Every test here works on the database and starts without stored files."""


@pytest.fixture
def owner():
    return factories.user("mia@example.org")


@pytest.fixture
def api(owner) -> APIClient:
    """A client with a token of `owner`, as programs use the API."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=owner)}")
    return client
