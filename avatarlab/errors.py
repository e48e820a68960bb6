"""Errors a user can act on. Services raise them; pages and API translate them in one place each."""

from collections.abc import Mapping, Sequence


class UserError(Exception):
    """A request that cannot be done. `str(error)` says what happened and what to do.

    fields: per form field, the sentences that belong to it.
    """

    status = 400

    def __init__(self, message: str, *, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields


class NotFound(UserError):  # noqa: N818 - named for the HTTP status
    """Something the request names does not exist, or not for this user: the two look the same."""

    status = 404


class Conflict(UserError):  # noqa: N818
    """The thing is not in a state in which this can be done."""

    status = 409


class QuotaExceeded(UserError):  # noqa: N818
    """A limit of this user is reached; the message names it."""

    status = 429


class ServiceUnavailable(UserError):  # noqa: N818
    """A service behind the pages (queue, storage) does not answer."""

    status = 503
