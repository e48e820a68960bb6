import pytest


@pytest.fixture(autouse=True)
def own_rows_and_files(db: None, empty_media: None) -> None:
    """Every test here works on the database and starts without stored files."""
