"""Joining: nothing drifts, nothing is lost, nothing half-written is left behind."""

import errno
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from rendering.engines.errors import Cancelled, MediaError
from rendering.pipeline import audio
from rendering.pipeline.join import Piece, join
from rendering.pipeline.probe import probe
from rendering.pipeline.scratch import DiskFullError, scratch
from tests.pipeline.factories import FPS, piece, spec
from tests.pipeline.test_video import decode_alpha

FLASH, FRAMES = 7, 125


def silent(done: int, total: int) -> None:
    """A report that nobody reads."""


def test_ten_minutes_do_not_drift_by_a_frame(tmp_path: Path) -> None:
    one = piece(tmp_path / "one", frames=FRAMES, flash=FLASH)
    count = 10 * 60 * FPS // FRAMES
    joined = join(spec(), [one] * count, tmp_path / "out", report=silent)
    assert joined.frames == count * FRAMES
    info = probe(joined.mp4)
    assert info.frames == joined.frames
    assert abs(info.audio_duration - joined.frames / FPS) < 1 / FPS
    flashes, onsets = flash_times(joined.mp4), tone_times(joined.mp4)
    assert len(flashes) == len(onsets) == count
    assert np.abs(flashes - onsets).max() < 0.25 / FPS


def flash_times(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return np.array(
            [frame.time for frame in container.decode(stream) if frame.to_ndarray()[90, 160] > 230]
        )


def tone_times(path: Path) -> np.ndarray:
    """When each tone starts: the first loud sample after a tenth of a second of quiet."""
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(sound) > 0.1)
    starts = loud[np.concatenate([[True], np.diff(loud) > audio.RATE // 10])]
    return starts / audio.RATE


def test_pieces_of_any_length_join_to_their_sum(tmp_path: Path) -> None:
    pieces = [piece(tmp_path / str(frames), frames=frames) for frames in (1, 13, 40)]
    info = probe(join(spec(), pieces, tmp_path / "out", report=silent).mp4)
    assert info.frames == 54
    assert info.duration == pytest.approx(54 / FPS, abs=1024 / audio.RATE)


def test_the_index_stands_before_the_pictures(tmp_path: Path) -> None:
    joined = join(spec(), [piece(tmp_path / "a", frames=10)], tmp_path / "out", report=silent)
    content = joined.mp4.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_alpha_survives_the_join(tmp_path: Path) -> None:
    part = piece(tmp_path / "a", frames=12, alpha=True)
    joined = join(spec(), [part, part], tmp_path / "out", report=silent)
    info = probe(joined.webm)
    frames = decode_alpha(joined.webm)
    assert info.alpha
    assert (info.video_codec, info.audio_codec) == ("vp9", "opus")
    assert len(frames) == 24
    assert all(frame[90, 160, 3] == 255 and frame[10, 10, 3] == 0 for frame in frames)
    assert b"\x53\xc0\x81\x01" in joined.webm.read_bytes()[:2000], "the track's AlphaMode element"


def test_there_is_no_webm_unless_every_piece_is_transparent(tmp_path: Path) -> None:
    pieces = [piece(tmp_path / "a", frames=5, alpha=True), piece(tmp_path / "b", frames=5)]
    assert join(spec(), pieces, tmp_path / "out", report=silent).webm is None


def test_captions_of_later_pieces_come_later(tmp_path: Path) -> None:
    part = piece(tmp_path / "a", frames=50)
    joined = join(spec(), [part, part], tmp_path / "out", report=silent)
    assert joined.vtt.read_text().count("Hello, world.") == 2
    assert "00:00:02.100 -->" in joined.vtt.read_text()
    assert "00:00:02,100 -->" in joined.srt.read_text()


def test_a_cancelled_join_leaves_nothing(tmp_path: Path) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        join(spec(), [piece(tmp_path / "a", frames=5)], tmp_path / "out", report=cancel)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_piece_is_a_plain_sentence(tmp_path: Path) -> None:
    part = piece(tmp_path / "a", frames=10)
    with pytest.raises(MediaError, match="10 pictures instead of 11"):
        join(spec(), [replace(part, frames=11)], tmp_path / "out", report=silent)
    part.stream.write_bytes(b"")
    with pytest.raises(MediaError, match="Retry"):
        join(spec(), [part], tmp_path / "out", report=silent)


def test_nothing_to_join_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="nothing to join"):
        join(spec(), [], tmp_path / "out", report=silent)


def test_a_full_disk_is_a_plain_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    part: Piece = piece(tmp_path / "a", frames=10)

    def fill(done: int, total: int) -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(DiskFullError, match="disk is full"):
        join(spec(), [part], tmp_path / "out", report=fill)
    assert list((tmp_path / "out").iterdir()) == []


def test_other_errors_pass_through_a_scratch_folder(tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        write_half(tmp_path)
    assert list(tmp_path.iterdir()) == []


def write_half(folder: Path) -> None:
    with scratch(folder) as work:
        (work / "half").write_text("written")
        raise PermissionError(errno.EACCES, "no")
