"""Waiting for what no element on the page shows."""

from collections.abc import Callable

from playwright.sync_api import Page


def wait_until(happened: Callable[[], bool], page: Page) -> None:
    """Let the page go on until something has happened."""
    for _ in range(100):
        if happened():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not happen within ten seconds.")
