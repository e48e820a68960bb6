"""Settings of Avatar Lab. Everything an operator may change is read from the environment at the top."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool) -> bool:
    value = env_str(name).lower()
    if value in ("", "default"):
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{name}={value!r}: say 1 or 0.")


def env_int(name: str, default: int) -> int:
    value = env_str(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ValueError(f"{name}={value!r}: say a whole number.") from None


def env_list(name: str, default: list[str]) -> list[str]:
    value = env_str(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def unwritable_data(error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"The data folder {DATA_DIR} cannot be written: {error.strerror}. "
        "Make room or give yourself the right to write there, or set AVATARLAB_DATA to another folder."
    )


DATA_DIR = Path(env_str("AVATARLAB_DATA") or BASE_DIR / "var").resolve()
"""Everything this instance writes: database, media, Redis, secret key."""
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise unwritable_data(error) from error


def persistent_secret() -> str:
    """A secret key made once per instance, so that sessions survive a restart."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        temporary = path.with_name(f"secret_key.{os.getpid()}")
        try:
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_urlsafe(50))
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
    return path.read_text().strip()


def embedded_redis_socket() -> Path:
    """Where the embedded Redis listens. Unix socket paths are limited to 107 bytes, data folders are not."""
    path = DATA_DIR / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= 100:
        return path
    digest = hashlib.sha256(os.fsencode(DATA_DIR)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"avatarlab-{os.getuid()}-{digest}" / "redis.sock"


DEBUG = env_bool("AVATARLAB_DEBUG", False)
try:
    SECRET_KEY = env_str("AVATARLAB_SECRET_KEY") or persistent_secret()
except OSError as error:
    raise unwritable_data(error) from error
ALLOWED_HOSTS = env_list("AVATARLAB_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("AVATARLAB_ORIGINS", [])
SECURE = env_bool("AVATARLAB_HTTPS", False)
DATABASE_URL = env_str("DATABASE_URL")
REDIS_URL = env_str("REDIS_URL")
MONGODB_URL = env_str("MONGODB_URL")
EMAIL_HOST = env_str("EMAIL_HOST")

EMBEDDED_REDIS_SOCKET = embedded_redis_socket()
EMBEDDED_REDIS = not REDIS_URL
REDIS_URL = REDIS_URL or f"unix://{EMBEDDED_REDIS_SOCKET}"

# What one user may do; the admin can change it per user.
MAX_SCRIPT_CHARACTERS = 20_000
MAX_ACTIVE_RENDERS = env_int("AVATARLAB_MAX_ACTIVE_RENDERS", 5)
MAX_STORAGE_MB = env_int("AVATARLAB_MAX_STORAGE_MB", 20_000)
MAX_UPLOAD_MB = env_int("AVATARLAB_MAX_UPLOAD_MB", 200)
MAX_UPLOADS = env_int("AVATARLAB_MAX_UPLOADS", 500)
RENDER_TIME_LIMIT_S = env_int("AVATARLAB_RENDER_TIME_LIMIT", 4 * 3600)
WORKER_THREADS = env_int("AVATARLAB_THREADS", min(4, os.cpu_count() or 1))
FORBID_NON_COMMERCIAL = env_bool("AVATARLAB_FORBID_NON_COMMERCIAL", False)
"""Refuse engines whose weights may not be used for money, or whose terms do not say."""

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "channels",
    "django_filters",
    "django_htmx",
    "django_rq",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "accounts",
    "studio",
    "rendering",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "avatarlab.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "avatarlab.pages.UserErrorMiddleware",
]

ROOT_URLCONF = "avatarlab.urls"
ASGI_APPLICATION = "avatarlab.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

if DATABASE_URL:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "avatarlab.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES = {
    "default": (
        {"BACKEND": "avatarlab.gridfs.GridFSStorage", "OPTIONS": {"url": MONGODB_URL}}
        if MONGODB_URL
        else {"BACKEND": "avatarlab.storage.FileStorage", "OPTIONS": {"location": DATA_DIR / "media"}}
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MANIFEST_STRICT = False
# Without DEBUG the collected files are served; `quickstart` collects them.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studio:studio"
LOGOUT_REDIRECT_URL = "studio:landing"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_HOST else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

if EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_PORT = env_int("EMAIL_PORT", 587)
    EMAIL_HOST_USER = env_str("EMAIL_USER")
    EMAIL_HOST_PASSWORD = env_str("EMAIL_PASSWORD")
    EMAIL_USE_TLS = env_bool("EMAIL_TLS", True)
else:
    # Without a mail server, letters (password resets) land in a folder that the operator can read.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "Avatar Lab <avatarlab@localhost>")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Counts sign-in attempts. In the web process's memory, so that people can sign in while Redis is away;
# several web processes count apart.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

RQ_QUEUES = {
    # interactive: what a person waits for (hear this, portrait checks); renders: segments and joins.
    "interactive": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 300},
    "renders": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": RENDER_TIME_LIMIT_S},
}
RQ_SHOW_ADMIN_LINK = True
RQ = {"COMMIT_MODE": "on_db_commit"}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Who tells of progress must not hang on a Redis that is away.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_connect_timeout": 2.0}]},
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": ["avatarlab.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "avatarlab.api.CreatedCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "avatarlab.api.problem_details",
    "PAGE_SIZE": 25,
}
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_PREFIX": "avl_", "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Avatar Lab API",
    "DESCRIPTION": "Make talking-avatar videos from scripts. The pages use the same services.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AvatarKind": "studio.models.Avatar.Kind",
        "AvatarState": "studio.models.Avatar.State",
        "EngineKind": "rendering.models.Engine.Kind",
        "EngineState": "rendering.models.Engine.State",
        "BackgroundKind": "studio.models.Background.Kind",
        "RenderState": "rendering.models.Render.State",
        "SegmentState": "rendering.models.RenderSegment.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "avatarlab.api.describe_problems",
    ],
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "rq": {"level": "WARNING"},
    },
}
