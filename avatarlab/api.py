"""What every API endpoint shares: pagination, and errors as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, pagination, response
from rest_framework.views import exception_handler

from avatarlab.errors import UserError


class CreatedCursorPagination(pagination.CursorPagination):
    """Newest first; the cursor stays right while rows are added."""

    ordering = "-created"
    page_size_query_param = "page_size"
    max_page_size = 100


def problem_details(error: Exception, context: dict[str, Any]) -> response.Response | None:
    """Translate an exception into `application/problem+json`, or None for what is a bug."""
    if isinstance(error, UserError):
        status, detail, fields = error.status, str(error), error.fields
        headers: dict[str, str] = {}
    else:
        answer = exception_handler(error, context)
        if answer is None:
            return None
        status, headers = answer.status_code, dict(answer.headers)
        if isinstance(error, exceptions.ValidationError):
            detail, fields = "Some fields are not right.", answer.data
        elif isinstance(error, Http404):
            detail, fields = "There is nothing here.", None
        elif isinstance(error, PermissionDenied):
            detail, fields = "You may not do this.", None
        else:
            detail, fields = str(answer.data.get("detail", "")), None
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if fields:
        body["errors"] = fields
    headers.pop("Content-Type", None)
    return response.Response(body, status=status, headers=headers, content_type="application/problem+json")
