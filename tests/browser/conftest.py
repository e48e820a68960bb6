"""A real browser against a real server: Daphne on the tests' own database and Redis."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from tests import factories
from tests.conftest import DATABASE, FOLDER, free_port

ROOT = Path(settings.BASE_DIR)
expect.set_options(timeout=8000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def test_database_url() -> str:
    name = connection.settings_dict["NAME"]
    if DATABASE == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="package")
def server(django_db_setup: None) -> Iterator[str]:
    """The address of the pages."""
    port = free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    environment = os.environ | {"DATABASE_URL": test_database_url(), "AVATARLAB_DEBUG": "1"}
    log = FOLDER / "browser-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended before other tests begin: Playwright's synchronous API runs an event loop in this thread."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Beside an event loop Django refuses the database, unless told that this is meant.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # Without a Chromium of the system, the one that `playwright install` brought.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                # A microphone that hums and beeps.
                "--use-fake-device-for-media-stream",
            ],
        )
        yield browser
        browser.close()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser, server: str, transactional_db: None) -> Iterator[NewContext]:
    """Opens a browser window of its own; a script error or a breach of the content policy fails the test."""
    contexts, problems = [], []

    def open_context(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=server, **options)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on(
            "console",
            lambda message: "Content Security Policy" in message.text and problems.append(message.text),
        )
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A window in which nobody is signed in."""
    return new_context().new_page()


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., object]]:
    """Runs a function as another process would: in a thread without Playwright's event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:

        def run(function: Callable[..., object], *arguments: object, **named: object) -> object:
            return thread.submit(function, *arguments, **named).result(timeout=10)

        yield run
        run(connections.close_all)


@pytest.fixture
def ada(transactional_db: None) -> User:
    return factories.user("ada@example.org")


@pytest.fixture
def sign_in(server: str) -> Callable[[BrowserContext, User], None]:
    """Give a window the session of a user."""

    def give_session(context: BrowserContext, user: User) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}])

    return give_session


@pytest.fixture
def adas_page(page: Page, ada: User, sign_in: Callable[[BrowserContext, User], None]) -> Page:
    """A window in which Ada is signed in."""
    sign_in(page.context, ada)
    return page
