"""Bodies of API requests, bounded in size and depth."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

from avatarlab.json_text import read_json

_FORM_OVERHEAD = 100_000
"""Bytes of a form beside its file."""


class BodyTooLarge(APIException):
    """Raised before the body is parsed."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."


class BoundedJSONParser(JSONParser):
    """Reads no more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes; what cannot be read is a 400."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The request is too large: we read up to {limit / 1e6:g} MB of JSON.")
        try:
            return read_json(body)
        except ValueError as error:
            raise ParseError(f"The JSON could not be read: {error}.") from error


class BoundedMultiPartParser(MultiPartParser):
    """Refuses a form that cannot hold an acceptable file before it fills the disk."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        announced = stream.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.MAX_UPLOAD_MB * 1_000_000 + _FORM_OVERHEAD:
            raise BodyTooLarge(f"The file is too large: we take up to {settings.MAX_UPLOAD_MB:,} MB.")
        return super().parse(stream, media_type, parser_context)
