"""Every engine, from the page to the mp4: small networks in the files of the released ones, all else real."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rendering.engines.face.analysis import analyse
from rendering.engines.face.regions import BOTH_EYES, LIPS
from rendering.engines.talking_head.base import StillSource
from rendering.pipeline import bundle
from studio.models import Avatar, Voice
from tests import recordings
from tests.end_to_end.conftest import Instance
from tests.end_to_end.film import Film
from tests.end_to_end.visitor import Visitor

pytestmark = pytest.mark.models

AUDIBLE = 0.05
"""Of full scale."""
NOISE, PATTERN = 10.0, 40.0
"""Levels of 255: what encoding and idle motion change stays below the one; what a network with weights by
formula paints is further from a mouth than the other."""
TRANSCRIPT = "Nothing but a hum is in this recording."


def scene(avatar: str, voice: str, **fields: str) -> dict[str, Any]:
    return {"script": "Hello.", "avatar": avatar, "voice": voice, **fields}


def preset(visitor: Visitor, engine: str, key: str) -> str:
    """The id of a voice that the page offers."""
    wanted = str(Voice.objects.get(engine=engine, key=key).id)
    [row] = [row for row in visitor.page_data()["voices"] if row["id"] == wanted]
    assert not row["problem"]
    return wanted


def assert_watchable(film: Film) -> None:
    assert film.streams == ("video", "audio")
    assert film.size == (480, 480)
    assert film.duration == pytest.approx(len(film.frames) / 25, abs=0.1)
    assert film.duration > 0.4
    assert film.loudest > AUDIBLE


# ---- voices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "key", "named"),
    [
        ("hibari", "heart", "hibari (Apache-2.0)"),
        ("lina", "one", "Lina-Speech (Small-E) (CC-BY-NC-4.0"),
        ("bark", "en_speaker_6", "Bark (MIT)"),
        ("piper", "joe", "Piper (CC0-1.0)"),
    ],
)
def test_a_voice_speaks(visitor: Visitor, avatar: str, engine: str, key: str, named: str) -> None:
    film, page = visitor.watch(scene(avatar, preset(visitor, engine, key)))
    assert_watchable(film)
    assert named in page
    assert "Portrait (MIT)" in page


def test_google_speaks_the_sentence_that_it_is_sent(
    visitor: Visitor, avatar: str, instance: Instance
) -> None:
    film, page = visitor.watch(scene(avatar, preset(visitor, "google", "en-US-Chirp3-HD-Kore")))
    assert_watchable(film)
    assert "Google Cloud Text-to-Speech (" in page
    assert [request["input"]["text"] for request in instance.google.requests] == ["Hello."]


def test_a_recording_becomes_a_voice_that_speaks(visitor: Visitor, avatar: str) -> None:
    recording = recordings.wav(recordings.murmur(4))
    cloned = visitor.upload_voice(recording, "me.wav", TRANSCRIPT)
    assert cloned["state"] == "ready", cloned["problem"]
    film, page = visitor.watch(scene(avatar, cloned["id"]))
    assert_watchable(film)
    assert "Lina-Speech" in page
    assert "<dt>Voice</dt><dd>me</dd>" in page
    made_up, _ = visitor.watch(scene(avatar, preset(visitor, "lina", "one")))
    assert not np.array_equal(film.samples, made_up.samples)


# ---- faces -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "quality", "named"),
    [("wav2lip", "", "Wav2Lip (personal"), ("diffdub", "draft", "DiffDub (Apache")],
)
def test_a_face_engine_paints_the_mouth_while_it_speaks(
    visitor: Visitor, avatar: str, head: str, quality: str, named: str
) -> None:
    heart = preset(visitor, "hibari", "heart")
    film, page = visitor.watch(scene(avatar, heart), scene(avatar, heart, head=head, quality=quality))
    assert_watchable(film)
    assert named in page
    drawn, painted = np.split(film.frames.astype(np.float32), 2)
    landmarks = analyse(film.frames[0]).landmarks[:, :2]
    lips, eyes = (around(landmarks[list(points)]) for points in (LIPS, BOTH_EYES))
    for silent in (0, -1):
        assert difference(painted[silent], painted[0], lips) < NOISE
        assert difference(painted[silent], drawn[silent], lips) < NOISE
    middle = len(painted) // 2
    assert difference(painted[middle], painted[0], lips) > PATTERN
    assert difference(painted[middle], drawn[middle], lips) > PATTERN
    assert difference(painted[middle], drawn[middle], eyes) < NOISE


def around(points: NDArray[np.float32]) -> tuple[slice, slice]:
    """The part of a frame in the box around some points."""
    left, top = points.min(axis=0).astype(int)
    right, bottom = points.max(axis=0).astype(int)
    return slice(top, bottom), slice(left, right)


def difference(frame: NDArray[np.float32], other: NDArray[np.float32], part: tuple[slice, slice]) -> float:
    """Mean, in levels of 255."""
    return float(np.abs(frame[part] - other[part]).mean())


# ---- matting ---------------------------------------------------------------------------------------------


def test_the_matting_engine_on_pytorch_cuts_the_person_out(avatar: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(Avatar.objects.get(pk=avatar).bundle.read())
    prepared = bundle.load(path)
    assert prepared.made_with["matting"].startswith("rvm-torch ")
    assert isinstance(prepared.source, StillSource)
    alpha = prepared.source.alpha
    assert alpha[:20, :20].max() < 30
    left, top = prepared.source.face.landmarks[list(LIPS), :2].mean(axis=0).astype(int)
    assert alpha[top, left] > 225


# ---- the operator's word ---------------------------------------------------------------------------------


def test_what_the_operator_forbids_is_refused_with_the_reason(
    visitor: Visitor, avatar: str, settings
) -> None:
    draft = visitor.draft(scene(avatar, preset(visitor, "hibari", "heart"), head="wav2lip"))
    settings.FORBID_NON_COMMERCIAL = True
    status, answer = visitor.generate(draft)
    assert status == 400
    assert "the terms of Wav2Lip do not permit commercial use" in answer["error"]
    [row] = [head for head in visitor.page_data()["heads"] if head["name"] == "wav2lip"]
    assert row["state"] == "forbidden"
