import io
import json
import zipfile

import pytest
from django.apps import apps
from django.db import models
from knox.models import AuthToken

from accounts import export, selectors, services
from accounts.models import Consent, User
from avatarlab.errors import NotFound, QuotaExceeded
from rendering.models import ModelPull, Render, RenderEvent, RenderSegment, Segment
from studio.services import set_pronunciation
from tests import factories


@pytest.fixture
def owner():
    return factories.user("mia@example.org")


def furnish(user: User) -> None:
    """One row of everything a user can have, with files."""
    factories.avatar(user)
    factories.voice(user)
    factories.background(user, kind="image")
    render = factories.stored(
        factories.render(user, log="Traceback: the operator's business", event_number=1), "video"
    )
    segment = Segment(owner=user, key="ab" * 32, frames=25, duration=1, timing="aligned")
    for field in ("stream", "audio", "poster"):
        factories.stored(segment, field)
    RenderSegment.objects.create(render=render, position=0, key=segment.key, text="Hello.", segment=segment)
    RenderEvent.objects.create(render=render, number=1, kind="state")
    factories.stored(render.project.scenes.get(), "recording", suffix="wav")
    set_pronunciation(owner=user, word="Nguyen", spoken="win")
    services.record_consent(user=user, subject="0" * 64)
    ModelPull.objects.create(engine=factories.engine(), names=["lina-169m"], requested_by=user)
    services.create_token(user=user)


def models_of_a_user() -> set[type[models.Model]]:
    """Every model of ours whose rows lead to a user."""
    ours = [m for app in ("accounts", "studio", "rendering") for m in apps.get_app_config(app).get_models()]
    owned: set[type[models.Model]] = {User, AuthToken}
    while True:
        more = {
            model
            for model in ours
            if model not in owned
            and any(f.many_to_one and f.related_model in owned for f in model._meta.get_fields())
        }
        if not more:
            return owned
        owned |= more


def test_a_token_is_shown_once_and_kept_as_a_hash(owner) -> None:
    token = services.create_token(user=owner)
    [row] = selectors.tokens_of(owner)
    assert token.startswith("avl_")
    assert token.startswith(row.token_key)
    assert token not in (row.digest, row.token_key)


def test_a_revoked_token_is_gone(owner) -> None:
    services.create_token(user=owner)
    key = selectors.tokens_of(owner).get().token_key
    services.revoke_token(user=owner, token_key=key)
    with pytest.raises(NotFound):
        services.revoke_token(user=owner, token_key=key)


def test_nobody_revokes_anothers_token(owner) -> None:
    services.create_token(user=owner)
    with pytest.raises(NotFound):
        services.revoke_token(user=factories.user(), token_key=AuthToken.objects.get().token_key)


def test_tokens_are_limited(owner, monkeypatch) -> None:
    monkeypatch.setattr(services, "MAX_TOKENS", 1)
    services.create_token(user=owner)
    with pytest.raises(QuotaExceeded, match="Revoke one first"):
        services.create_token(user=owner)


def test_usage_counts_rows_and_stored_bytes(owner) -> None:
    factories.stored(factories.render(owner, state=Render.State.DONE, duration=12.5), "video", bytes(1000))
    factories.render(owner)
    factories.render()
    usage = selectors.usage(owner)
    assert (usage.renders, usage.active_renders, usage.video_seconds) == (2, 1, 12.5)
    assert (usage.uploads, usage.storage_bytes) == (0, 1000)


def test_deleting_an_account_leaves_no_row_and_no_file(owner, django_capture_on_commit_callbacks) -> None:
    furnish(owner)
    pk = owner.pk
    assert len(list(selectors.files_of(owner))) == 11
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_account(user=owner)
    left = {name for name, rows in export.tables_of(User(pk=pk)).items() if rows.exists()}
    assert left == set()
    assert not User.objects.exists()
    assert list(selectors.files_of(User(pk=pk))) == []


def test_deleting_one_account_leaves_the_others(owner, django_capture_on_commit_callbacks) -> None:
    other = factories.user()
    furnish(owner)
    furnish(other)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_account(user=owner)
    assert Render.objects.get().owner == other
    assert Consent.objects.get().user == other
    assert len(list(selectors.files_of(other))) == 11


def test_the_export_holds_every_row_and_every_file(owner) -> None:
    furnish(owner)
    furnish(factories.user())
    archive = zipfile.ZipFile(io.BytesIO(b"".join(services.export_account(user=owner))))
    assert archive.testzip() is None
    rows = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    assert all(rows.values()), "one of each"
    assert len(rows["renders.json"]) == 1
    assert rows["account.json"][0]["email"] == "mia@example.org"
    media = sorted(name for name in archive.namelist() if name.startswith("media/"))
    assert media == sorted(f"media/{name.partition('/')[2]}" for name in selectors.files_of(owner))
    assert archive.read(next(name for name in media if name.endswith("wav"))) == b"bytes of a film"


def test_the_export_withholds_secrets_and_the_operators_log(owner) -> None:
    furnish(owner)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(services.export_account(user=owner))))
    text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".json"))
    assert owner.password not in text
    assert AuthToken.objects.get().digest not in text
    assert "Traceback" not in text


def test_no_model_of_a_user_is_forgotten_in_the_export(owner) -> None:
    exported = {rows.model for rows in export.tables_of(owner).values()}
    assert exported == models_of_a_user()


def test_the_export_is_made_in_pieces(owner) -> None:
    factories.stored(factories.render(owner), "video", bytes(3_000_000))
    assert max(len(piece) for piece in services.export_account(user=owner)) < 600_000
