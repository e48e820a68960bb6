"""What is done to an account: consent, tokens, export, deletion."""

from collections.abc import Iterator

from django.db import transaction
from knox.models import AuthToken

from accounts import selectors
from accounts.export import stream_export
from accounts.models import Consent, User
from avatarlab.errors import NotFound, QuotaExceeded
from avatarlab.files import delete_files
from rendering import services as rendering
from rendering.models import Render

CONSENT_STATEMENT = (
    "This face is mine, or the person it shows agreed that I make videos with it. "
    "The videos will not mislead anybody about what that person said or did."
)
"""What the uploader of a face confirms. Kept with the consent: a later wording changes nothing about it."""
VOICE_CONSENT_STATEMENT = (
    "This voice is mine, or the person it belongs to agreed that I have it speak my scripts. "
    "Whoever hears it will be told that the speech is synthetic."
)
"""What the uploader of a voice confirms."""

MAX_TOKENS = 20


def record_consent(*, user: User, subject: str, statement: str = CONSENT_STATEMENT) -> Consent:
    """Keep that `user` confirmed the statement. subject: SHA-256 of the uploaded file."""
    return Consent.objects.create(user=user, statement=statement, subject=subject)


def lock_user(user: User) -> None:
    """Until the transaction ends, nobody else passes this line for the same user."""
    User.objects.select_for_update().get(pk=user.pk)


@transaction.atomic
def create_token(*, user: User) -> str:
    """A new API token. Only its hash is kept: this is the one time it can be read. Raises QuotaExceeded."""
    lock_user(user)
    if AuthToken.objects.filter(user=user).count() >= MAX_TOKENS:
        raise QuotaExceeded(
            f"You have {MAX_TOKENS} API tokens, the most one account can have. Revoke one first."
        )
    _, token = AuthToken.objects.create(user=user)
    return token


def revoke_token(*, user: User, token_key: str) -> None:
    """End a token, named by its first characters (`AuthToken.token_key`). Raises NotFound."""
    deleted, _ = AuthToken.objects.filter(user=user, token_key=token_key).delete()
    if not deleted:
        raise NotFound("There is no such token. It may have been revoked already.")


def export_account(*, user: User) -> Iterator[bytes]:
    """Everything kept about the user, as a zip in pieces."""
    return stream_export(user)


def delete_account(*, user: User) -> None:
    """Remove the account with every row and stored file; renders on their way stop, tokens end."""
    with transaction.atomic():
        lock_user(user)
        for render in Render.objects.filter(owner=user, state__in=Render.ACTIVE):
            rendering.cancel_render(render=render)
        owner = User(pk=user.pk)
        transaction.on_commit(lambda: delete_files(list(selectors.files_of(owner))))
        user.delete()
