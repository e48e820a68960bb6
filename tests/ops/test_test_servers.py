"""The servers of the tests answer: what stands in for what an operator runs."""

import os

import pymongo
import pytest
from django.db import connection, transaction

from accounts.models import User


@pytest.mark.django_db(transaction=True)
def test_database_is_the_chosen_one_and_rolls_back() -> None:
    chosen = os.environ.get("AVATARLAB_TEST_DATABASE", "sqlite")
    with transaction.atomic():
        User.objects.create_user("someone@example.com")
        transaction.set_rollback(True)
    assert connection.vendor == chosen
    assert not User.objects.exists()


def test_mongodb_keeps_a_document(mongodb_url: str) -> None:
    with pymongo.MongoClient(mongodb_url) as client:
        collection = client.get_default_database()["probe"]
        collection.insert_one({"answer": 42})
        assert collection.find_one({"answer": 42})["answer"] == 42
