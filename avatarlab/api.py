"""What every API endpoint shares: pagination, fields, and errors as problem details (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, pagination, permissions, response, serializers
from rest_framework.request import Request
from rest_framework.views import APIView, exception_handler

from avatarlab.errors import UserError

logger = logging.getLogger(__name__)

UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
"""Of ids in addresses: anything else does not exist."""


class CreatedCursorPagination(pagination.CursorPagination):
    """Newest first; the cursor stays right while rows are added."""

    ordering: Any = "-created"
    page_size_query_param = "page_size"
    max_page_size = 100


class PositionCursorPagination(CreatedCursorPagination):
    """Presets in their order, then what users added, newest first."""

    ordering = ("position", "-created")


@extend_schema_field(OpenApiTypes.URI)
class AddressField(serializers.Field):
    """A path on this server as an absolute address; null where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: str) -> str | None:
        return self.context["request"].build_absolute_uri(value) if value else None


PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "default": "about:blank"},
        "title": {"type": "string", "description": "The HTTP status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
        "errors": {"type": "object", "description": "Sentences by the field they are about."},
    },
}


def problem_details(error: Exception, context: dict[str, Any]) -> response.Response:
    """Translate an exception into `application/problem+json`. A bug is logged and told apart by 500 alone."""
    headers: dict[str, str] = {}
    fields: Any = None
    answer = exception_handler(error, context)
    if isinstance(error, UserError):
        status, detail, fields = error.status, str(error), error.fields
    elif isinstance(error, RequestDataTooBig):
        status, detail = 413, "The request is too large."
    elif isinstance(error, SuspiciousOperation):
        status, detail = 400, "The request could not be read."
    elif answer is None:
        logger.error("API: %s failed", context["request"].path, exc_info=error)
        status, detail = 500, "Something went wrong here, and the error was logged. Try again in a moment."
    else:
        status, headers = answer.status_code, dict(answer.headers)
        if isinstance(error, exceptions.ValidationError):
            detail, fields = "Some fields are not right.", answer.data
        elif isinstance(error, Http404):
            detail = "There is nothing here."
        elif isinstance(error, PermissionDenied):
            detail = "You may not do this."
        else:
            detail = str(answer.data.get("detail", ""))
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if fields:
        body["errors"] = fields if isinstance(fields, dict) else {"request": fields}
    headers.pop("Content-Type", None)
    return response.Response(body, status=status, headers=headers, content_type="application/problem+json")


class UnknownAddress(APIView):
    """What no endpoint answers, answered as the API answers."""

    authentication_classes: list = []
    permission_classes = [permissions.AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def describe_problems(result: dict[str, Any], generator: Any, **_: Any) -> dict[str, Any]:
    """drf-spectacular hook: every operation may answer with a problem."""
    result["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    reference = {"$ref": "#/components/schemas/Problem"}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {
                "description": "What went wrong and what to do.",
                "content": {"application/problem+json": {"schema": reference}},
            }
    return result
