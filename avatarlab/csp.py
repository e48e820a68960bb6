"""Content-Security-Policy of every response that does not bring its own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Directives = dict[str, str]

PAGES: Directives = {
    "default-src": "'self'",
    # The player feeds hls.js's buffers to <video> through blob addresses, as does "hear this" to <audio>.
    "media-src": "'self' blob:",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ADMIN: Directives = PAGES | {"style-src": "'self' 'unsafe-inline'"}
"""Django's admin and the queue view carry style attributes."""
API_DOCS: Directives = ADMIN | {"script-src": "'self' 'unsafe-inline'"}
"""Swagger UI and the browsable API start from inline scripts."""


def policy_of(path: str) -> str:
    """The header's value for an address."""
    directives = PAGES
    if path.startswith("/admin/"):
        directives = ADMIN
    elif path.startswith("/api/"):
        directives = API_DOCS
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class ContentSecurityPolicyMiddleware:
    """Adds the header unless the view has set a stricter one (as the media view does)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy_of(request.path))
        return response
