"""The account page, and signing up, in and out."""

import io
import re
import zipfile
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from accounts.models import User
from tests import factories

ACCOUNT = "/account/"


def test_signing_up_leads_into_the_studio(client: Client) -> None:
    form = {"email": "new@example.org", "password1": factories.PASSWORD}
    response = client.post(reverse("account_signup"), form)
    assert response.url == reverse("studio:studio")
    assert User.objects.filter(email="new@example.org").exists()


def test_a_wrong_password_is_said_beside_the_form(client: Client, ada: User) -> None:
    response = client.post(reverse("account_login"), {"login": ada.email, "password": "wrong"})
    assert response.status_code == 200
    assert "not correct" in response.content.decode()


def test_a_password_is_reset_by_letter(client: Client, ada: User) -> None:
    client.post(reverse("account_reset_password"), {"email": ada.email})
    letter = mail.outbox[0]
    assert "testserver!" not in letter.body
    assert letter.body.rstrip().endswith("Avatar Lab")
    assert letter.subject == "Choose a new password for Avatar Lab"
    address = re.search(r"http://testserver(\S+)", letter.body)[1]
    form = client.get(address, follow=True)
    answer = client.post(
        form.redirect_chain[-1][0], {"password1": "another-fine-horse", "password2": "another-fine-horse"}
    )
    assert answer.status_code == 302
    ada.refresh_from_db()
    assert ada.check_password("another-fine-horse")


def test_a_used_reset_link_says_what_to_do(client: Client) -> None:
    response = client.get(reverse("account_reset_password_from_key", args=["1", "no-such-key"]))
    assert "This link does not work any more" in response.content.decode()


def test_signing_out_leads_to_the_landing_page(page: Client) -> None:
    assert page.post(reverse("account_logout")).url == reverse("studio:landing")


def test_the_name_is_saved(page: Client, ada: User) -> None:
    page.post(reverse("accounts:rename"), {"name": "Ada Lovelace"})
    ada.refresh_from_db()
    assert ada.name == "Ada Lovelace"


def test_a_token_is_shown_once(page: Client) -> None:
    shown = page.post(reverse("accounts:create-token")).context["new_token"]
    assert shown.startswith("avl_")
    assert shown not in page.get(ACCOUNT).content.decode()


def test_a_token_is_revoked(page: Client) -> None:
    page.post(reverse("accounts:create-token"))
    page.post(reverse("accounts:revoke-token"), {"token_key": AuthToken.objects.get().token_key})
    assert not AuthToken.objects.exists()


def test_revoking_a_token_that_is_gone_says_so_on_the_page(page: Client) -> None:
    response = page.post(
        reverse("accounts:revoke-token"),
        {"token_key": "avl_none"},
        headers={"Referer": "http://testserver/account/"},
        follow=True,
    )
    assert "There is no such token." in response.content.decode()


def test_the_export_is_a_zip_of_everything(page: Client, ada: User) -> None:
    factories.project(ada, title="My news")
    response = page.get(reverse("accounts:export"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert "My news" in archive.read("projects.json").decode()


def test_deletion_asks_for_the_address(page: Client, ada: User) -> None:
    response = page.post(reverse("accounts:delete"), {"email": "somebody@example.org"})
    assert response.status_code == 422
    assert User.objects.filter(pk=ada.pk).exists()


def test_deletion_removes_the_account_and_signs_out(page: Client, ada: User) -> None:
    response = page.post(reverse("accounts:delete"), {"email": ada.email.upper()}, follow=True)
    assert not User.objects.filter(pk=ada.pk).exists()
    assert "are deleted" in response.content.decode()
    assert not response.wsgi_request.user.is_authenticated


def test_letters_without_a_mail_server_lie_in_the_data_folder() -> None:
    assert Path(settings.EMAIL_FILE_PATH).parent == Path(settings.DATA_DIR)
