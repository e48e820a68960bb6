"""Deleting stored files together with the rows that name them."""

import logging
from collections.abc import Iterable
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, Model

logger = logging.getLogger(__name__)


def delete_files_on_commit(*rows: Model) -> None:
    """Delete every stored file of the rows once the transaction that deletes them is committed."""
    names = [
        file.name
        for row in rows
        for field in row._meta.concrete_fields
        if isinstance(field, FileField) and (file := getattr(row, field.attname))
    ]
    transaction.on_commit(partial(delete_files, names))


def delete_files(names: Iterable[str]) -> None:
    """Delete stored files. One that cannot be deleted is logged and does not keep the others."""
    for name in names:
        try:
            default_storage.delete(name)
        except Exception:  # whatever the store raises: the rows are gone already
            logger.exception("Could not delete %s", name)
