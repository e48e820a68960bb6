"""The web process stays small: what belongs in a worker is never imported by it."""

from rendering.bench import web


def test_the_web_process_imports_no_ml_library() -> None:
    web.check_imports()
