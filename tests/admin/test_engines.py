"""The operator sees engines and their files, and fetches what is missing."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rendering.models import Engine, ModelPull
from tests import factories
from tests.admin.test_admin import text_of

PAGE = "/admin/rendering/engine/"


@pytest.fixture
def engine() -> Engine:
    """Lacks one file of 436 MB."""
    artifact = {
        "name": "wav2lip-gan",
        "bytes": 436_000_000,
        "licence": "non-commercial",
        "state": "missing",
        "needed": True,
        "by_hand": False,
    }
    return factories.engine(
        name="wav2lip",
        title="Wav2Lip",
        state=Engine.State.LACKING,
        problem="It needs wav2lip-gan. Run: python manage.py models pull wav2lip-gan",
        commercial="no",
        weights_licence="personal, research and non-commercial use only",
        artifacts=[artifact],
    )


def browser_of(user: User, **options: bool) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def operator() -> Client:
    return browser_of(User.objects.create_superuser("op@example.org", factories.PASSWORD))


def staff(*permissions: str) -> Client:
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return browser_of(user)


def fetch_address(engine: Engine) -> str:
    return reverse("admin:rendering_engine_fetch", args=[engine.name])


def test_the_page_tells_state_terms_and_files(operator, engine) -> None:
    page = text_of(operator.get(PAGE))
    for words in (
        "Wav2Lip",
        "Not ready",
        "Not for commercial use",
        "personal, research and non-commercial use only",
        "python manage.py models pull wav2lip-gan",
        "0 of 1 model files are here",
        "Fetch what it needs (415.8\xa0MB)",
    ):
        assert words in page


def test_nothing_is_known_before_a_worker_told(operator) -> None:
    assert "Start a worker, or run: python manage.py seed" in text_of(operator.get(PAGE))


def test_a_click_starts_a_fetch_and_the_page_follows_it(operator, engine) -> None:
    page = text_of(operator.post(fetch_address(engine), follow=True))
    pull = ModelPull.objects.get(engine=engine)
    assert (pull.names, pull.state, pull.requested_by.email) == (["wav2lip-gan"], "waiting", "op@example.org")
    assert 'hx-trigger="every 1s"' in page
    assert "Waiting for a worker" in page


def test_progress_is_shown_while_it_is_fetched_and_no_longer(operator, engine) -> None:
    pull = ModelPull.objects.create(
        engine=engine,
        names=["wav2lip-gan"],
        state=ModelPull.State.RUNNING,
        artifact="wav2lip-gan",
        done_bytes=100 << 20,
        total_bytes=400 << 20,
    )
    table = reverse("admin:rendering_engine_table")
    shown = text_of(operator.get(table))
    assert "Fetching: wav2lip-gan, 100.0\xa0MB of 400.0\xa0MB" in shown
    assert "<html" not in shown
    ModelPull.objects.filter(pk=pull.pk).update(state=ModelPull.State.FAILED, problem="The disk is full.")
    shown = text_of(operator.get(table))
    assert "The disk is full." in shown
    assert "hx-get" not in shown


def test_a_fetch_can_be_cancelled(operator, engine) -> None:
    operator.post(fetch_address(engine))
    pull = ModelPull.objects.get()
    page = text_of(operator.post(reverse("admin:rendering_pull_cancel", args=[pull.pk]), follow=True))
    pull.refresh_from_db()
    assert pull.state == "cancelled"
    assert "What was fetched in part is kept." in page


def test_staff_without_the_permission_look_and_do_not_fetch(engine) -> None:
    client = staff("view_engine")
    page = text_of(client.get(PAGE))
    assert "Wav2Lip" in page
    assert "Fetch what it needs" not in page
    assert client.post(fetch_address(engine)).status_code == 403
    pull = ModelPull.objects.create(engine=engine, names=["wav2lip-gan"])
    assert client.post(reverse("admin:rendering_pull_cancel", args=[pull.pk])).status_code == 403
    pull.refresh_from_db()
    assert pull.state == "waiting"


def test_staff_with_the_permission_fetch(engine) -> None:
    client = staff("view_engine", "add_modelpull")
    assert client.post(fetch_address(engine)).status_code == 302
    assert ModelPull.objects.filter(engine=engine).exists()


def test_staff_who_may_not_see_engines_do_not(engine) -> None:
    client = staff("view_render")
    assert client.get(PAGE).status_code == 403
    assert client.get(reverse("admin:rendering_engine_table")).status_code == 403


def test_users_are_kept_out(engine) -> None:
    client = browser_of(factories.user())
    for address in (PAGE, reverse("admin:rendering_engine_table")):
        assert client.get(address).status_code == 302
    assert client.post(fetch_address(engine)).status_code == 302
    assert not ModelPull.objects.exists()


def test_a_fetch_is_asked_for_with_a_form_of_ours(engine) -> None:
    operator = User.objects.create_superuser("op@example.org", factories.PASSWORD)
    assert browser_of(operator).get(fetch_address(engine)).status_code == 405
    assert browser_of(operator, enforce_csrf_checks=True).post(fetch_address(engine)).status_code == 403
    assert not ModelPull.objects.exists()


def test_a_planned_engine_is_not_fetched_and_the_operator_learns_why(operator) -> None:
    dream = factories.engine(name="dream", state=Engine.State.PLANNED, problem="Dream is planned.")
    assert "Dream is planned." in text_of(operator.post(fetch_address(dream), follow=True))
    assert not ModelPull.objects.exists()
