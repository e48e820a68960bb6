import uuid
from typing import Any

import pytest


@pytest.fixture(autouse=True, params=["files", "gridfs"])
def own_rows_and_files(request: pytest.FixtureRequest, db: None, empty_media: None, settings: Any) -> None:
    """Every test here works on the database and starts without stored files, in either store."""
    if request.param == "gridfs":
        server = request.getfixturevalue("mongodb_url").rpartition("/")[0]
        options = {"url": f"{server}/test_{uuid.uuid4().hex[:12]}"}
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "avatarlab.gridfs.GridFSStorage", "OPTIONS": options},
        }
