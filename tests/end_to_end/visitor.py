"""Somebody at the studio's page: asks for what its script asks for, and reads what it is answered."""

import json
import re
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.end_to_end import film
from tests.end_to_end.film import Film
from tests.factories import PASSWORD
from tests.rendering.processes import wait_until

JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
PATIENCE_S = 120
"""For one job, on a busy machine."""


class Visitor:
    """A signed-in browser."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._client = Client()
        self._client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

    def page_data(self) -> dict[str, Any]:
        """What the studio's page hands to its script."""
        html = self._client.get(reverse("studio:studio"), {"new": ""}).content.decode()
        found = re.search(r'<script id="studio-data" type="application/json">(.*?)</script>', html, re.DOTALL)
        assert found, "The studio did not open."
        return json.loads(found[1])

    def upload_avatar(self, content: bytes, name: str) -> dict[str, Any]:
        """The avatar after its check, whatever that found."""
        form = {"file": ContentFile(content, name), "consent": "on"}
        return self._checked("avatar", self._client.post(reverse("studio:upload-avatar"), form).json())

    def upload_voice(self, content: bytes, name: str, transcript: str) -> dict[str, Any]:
        """The voice after its check, whatever that found."""
        form = {"file": ContentFile(content, name), "transcript": transcript, "consent": "on"}
        return self._checked("voice", self._client.post(reverse("studio:upload-voice"), form).json())

    def _checked(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        def asked() -> dict[str, Any]:
            return self._client.get(reverse(f"studio:{kind}", args=[row["id"]])).json()

        wait_until(lambda: asked()["state"] != "checking", seconds=PATIENCE_S)
        return asked()

    def draft(self, *scenes: dict[str, Any]) -> dict[str, Any]:
        """Type the scenes in and let the page save them."""
        draft = self.page_data()["draft"] | {"height": 480, "aspect": "1:1", "scenes": list(scenes)}
        saved = self._client.post(reverse("studio:draft"), draft, **JSON).json()
        numbered = [scene | {"id": pk} for scene, pk in zip(scenes, saved["scenes"], strict=True)]
        return draft | {"project": saved["project"], "scenes": numbered}

    def generate(self, draft: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Press Generate: the status of the answer, and the answer."""
        response = self._client.post(reverse("studio:generate"), draft, **JSON)
        return response.status_code, response.json()

    def watch(self, *scenes: dict[str, Any]) -> tuple[Film, str]:
        """Have a video made of the scenes: the mp4, and the page of the render as text."""
        status, answer = self.generate(self.draft(*scenes))
        assert status == 200, answer

        def snapshot() -> dict[str, Any]:
            return self._client.get(reverse("rendering:snapshot", args=[answer["render"]])).json()

        wait_until(lambda: not snapshot()["can_cancel"], seconds=PATIENCE_S)
        ended = snapshot()
        assert ended["state"] == "done", ended["problem"]
        [address] = [file["url"] for file in ended["files"] if file["kind"] == "mp4"]
        content = b"".join(self._client.get(address).streaming_content)
        return film.read(content), self._client.get(answer["url"]).content.decode()
