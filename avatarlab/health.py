"""Whether this instance can do its work, for supervisors and load balancers."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from rendering import queues


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; `queue` false means that renders wait for Redis to come back."""
    database, queue = _database_answers(), _queue_answers()
    return JsonResponse({"database": database, "queue": queue}, status=200 if database else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _queue_answers() -> bool:
    try:
        return bool(queues.short_connection().ping())
    except (RedisError, OSError):
        return False
