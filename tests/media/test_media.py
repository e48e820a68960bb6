"""Stored files over HTTP: whose they are, which bytes, and as what."""

import uuid

import pytest
from django.test import AsyncClient, Client
from knox.models import AuthToken

from avatarlab.media import url_for
from rendering.models import Render
from tests import factories

FILM = bytes(range(256)) * 4000
"""A megabyte, so that it is sent in several blocks."""


@pytest.fixture
def render() -> Render:
    return factories.stored(factories.render(title="My film"), "video", FILM)


@pytest.fixture
def mine(render: Render) -> Client:
    client = Client()
    client.force_login(render.owner)
    return client


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_owner_gets_the_file(mine, render):
    response = mine.get(url_for(render, "video"))
    assert response.status_code == 200
    assert body(response) == FILM
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(len(FILM))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"] == "inline"


def test_others_get_404_and_so_does_what_is_not_there(render):
    other = Client()
    other.force_login(factories.user())
    address = url_for(render, "video")
    nothing = address.replace(str(render.id), str(uuid.uuid4()))
    answers = [client.get(where) for client in (other, Client()) for where in (address, nothing)]
    assert {answer.status_code for answer in answers} == {404}


def test_a_token_opens_ones_own_files(render):
    address = url_for(render, "video")
    _, token = AuthToken.objects.create(render.owner)
    assert Client().get(address, headers={"Authorization": f"Token {token}"}).status_code == 200
    _, others = AuthToken.objects.create(factories.user())
    for wrong in (others, "nonsense", "é"):
        assert Client().get(address, headers={"Authorization": f"Token {wrong}"}).status_code == 404


def test_presets_are_everybodys_and_uploads_are_not():
    assert Client().get(url_for(factories.avatar(), "thumbnail")).status_code == 200
    own = factories.avatar(factories.user())
    assert Client().get(url_for(own, "thumbnail")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "render/{id}/spec",
        "render/{id}/log",
        "render/{id}/owner",
        "avatar/{id}/video",
        "user/{id}/password",
        "render/{id}/..%2f..%2fsecret_key",
        "../secret_key",
        "render/{id}/segment/0/audio",
        "render/{id}/segment/9/stream",
    ],
)
def test_only_listed_fields_have_an_address(mine, render, path):
    assert mine.get(f"/media/{path.format(id=render.id)}").status_code == 404


def test_the_bundle_of_an_avatar_is_not_served():
    avatar = factories.avatar()
    assert Client().get(f"/media/avatar/{avatar.id}/bundle").status_code == 404


def test_a_file_that_is_not_there_is_404_and_has_no_address(mine, render):
    assert url_for(render, "captions_vtt") == ""
    assert mine.get(f"/media/render/{render.id}/captions_vtt").status_code == 404


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1000000-", 1_000_000, len(FILM) - 1),
        ("bytes=-500", len(FILM) - 500, len(FILM) - 1),
        ("bytes=0-99999999", 0, len(FILM) - 1),
        ("bytes=-99999999", 0, len(FILM) - 1),
    ],
)
def test_a_range(mine, render, header, first, last):
    response = mine.get(url_for(render, "video"), headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(FILM)}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == FILM[first : last + 1]


@pytest.mark.parametrize("header", [f"bytes={len(FILM)}-", "bytes=9999999-99999999", "bytes=-0"])
def test_a_range_beyond_the_end(mine, render, header):
    response = mine.get(url_for(render, "video"), headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(FILM)}"


@pytest.mark.parametrize(
    "header",
    ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "bytes", f"bytes={'9' * 5000}-"],
)
def test_a_range_that_makes_no_sense_is_ignored(mine, render, header):
    response = mine.get(url_for(render, "video"), headers={"Range": header})
    assert response.status_code == 200
    assert len(body(response)) == len(FILM)


def test_if_range(mine, render):
    address = url_for(render, "video")
    etag = mine.head(address)["ETag"]
    same = mine.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})
    changed = mine.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, changed.status_code) == (206, 200)


def test_what_the_browser_has_is_not_sent_again(mine, render):
    address = url_for(render, "video")
    known = mine.head(address)
    for headers in (
        {"If-None-Match": known["ETag"]},
        {"If-None-Match": f'"x", W/{known["ETag"]}'},
        {"If-Modified-Since": known["Last-Modified"]},
    ):
        answer = mine.get(address, headers=headers)
        assert answer.status_code == 304
        assert answer.content == b""
    assert mine.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_head_tells_without_sending(mine, render):
    response = mine.head(url_for(render, "video"))
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(FILM))
    assert response["Accept-Ranges"] == "bytes"
    assert response.content == b""


def test_nothing_is_changed_through_it(mine, render):
    assert mine.post(url_for(render, "video")).status_code == 405


def test_addresses_change_with_the_file_and_may_be_kept(mine, render):
    before = url_for(render, "video")
    assert "immutable" in mine.head(before)["Cache-Control"]
    assert "private" in mine.head(before)["Cache-Control"]
    factories.stored(render, "video", b"another film")
    assert url_for(render, "video") != before
    assert mine.head(before)["Cache-Control"] == "private, no-cache"


def test_a_download_is_named_after_the_title_without_its_tricks(mine, render):
    Render.objects.filter(pk=render.pk).update(title='a"; filename="../../x.exe\r\nSet-Cookie: y')
    response = mine.get(url_for(render, "video", download=True))
    assert response["Content-Disposition"] == 'attachment; filename="a-filenamexexe-set-cookie-y.mp4"'


def test_a_stored_name_with_a_strange_suffix_is_only_bytes(mine, render):
    factories.stored(render, "video", b"<script>alert(1)</script>", suffix="html")
    response = mine.get(url_for(render, "video"))
    assert response["Content-Type"] == "application/octet-stream"


async def test_under_asgi_the_file_is_streamed_block_by_block(transactional_db):
    from asgiref.sync import sync_to_async

    render = await sync_to_async(lambda: factories.stored(factories.render(), "video", FILM))()
    client = AsyncClient()
    await client.aforce_login(render.owner)
    response = await client.get(url_for(render, "video"), headers={"Range": "bytes=10-900000"})
    assert response.status_code == 206
    assert response.is_async
    blocks = [block async for block in response.streaming_content]
    assert len(blocks) > 1
    assert b"".join(blocks) == FILM[10:900_001]
