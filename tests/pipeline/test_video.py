"""Encoded segments: exact lengths, a clean start, the right colours, alpha."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.engines.errors import MediaError
from rendering.pipeline import audio
from rendering.pipeline.join import Piece
from rendering.pipeline.probe import probe
from tests.pipeline.factories import CORAL, FPS, SIZE, SKY, piece, tone


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Piece:
    return piece(tmp_path_factory.mktemp("segment"), frames=33, alpha=True, flash=20)


@given(st.integers(0, 60_000), st.integers(1, 60), st.sampled_from([25, 30]))
@settings(max_examples=30)
def test_sound_is_exactly_as_long_as_the_pictures(samples: int, frames: int, fps: int) -> None:
    pcm = audio.conform(np.zeros(samples, np.float32), 24_000, frames=frames, fps=fps)
    assert len(pcm) * fps == frames * audio.RATE


def test_a_frame_rate_without_whole_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="do not divide"):
        audio.samples_per_frame(29)


def test_resampling_keeps_level_and_pitch() -> None:
    pcm = audio.conform(tone(1.0), 24_000, frames=25, fps=25) / 32767
    spectrum = np.abs(np.fft.rfft(pcm))
    assert np.abs(pcm).max() == pytest.approx(0.4, abs=0.01)
    assert spectrum.argmax() == pytest.approx(440, abs=1)


def test_stored_sound_is_read_back_without_loss(tmp_path: Path) -> None:
    pcm = audio.conform(tone(1.0), 24_000, frames=26, fps=25)
    audio.write_flac(pcm, tmp_path / "a.flac")
    assert np.array_equal(np.concatenate(list(audio.read_blocks(tmp_path / "a.flac"))), pcm)


def test_a_stream_starts_at_zero_with_a_key_frame(segment: Piece) -> None:
    with av.open(str(segment.stream)) as container:
        packets = [
            (packet.stream.type, packet.pts, packet.dts, packet.is_keyframe)
            for packet in container.demux()
            if packet.size
        ]
    pictures = [packet for packet in packets if packet[0] == "video"]
    assert pictures[0] == ("video", 0, 0, True)
    assert min(pts for _, pts, _, _ in packets) == 0
    assert all(pts == dts for _, pts, dts, _ in pictures)


def test_a_stream_holds_every_frame_and_all_of_the_sound(segment: Piece) -> None:
    info = probe(segment.stream)
    assert (info.width, info.height, info.frames, info.fps) == (*SIZE, 33, FPS)
    assert (info.video_codec, info.audio_codec) == ("h264", "aac")
    assert info.audio_duration == pytest.approx(33 / FPS, abs=1024 / audio.RATE)
    assert not info.silent


def test_colours_survive_because_they_are_coded_and_flagged_as_bt709(segment: Piece) -> None:
    with av.open(str(segment.stream)) as container:
        frame = next(container.decode(video=0))
    assert frame.colorspace == 1
    assert np.abs(frame.to_ndarray(format="rgb24")[90, 160].astype(int) - SKY).max() <= 4


def test_the_sound_of_a_stream_is_heard_with_its_picture(segment: Piece) -> None:
    with av.open(str(segment.stream)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    onset = np.argmax(np.abs(sound) > 0.1) / audio.RATE
    assert onset == pytest.approx(20 / FPS, abs=0.005)


def test_alpha_video_keeps_matte_and_colour(segment: Piece) -> None:
    rgba = decode_alpha(segment.alpha)
    assert len(rgba) == 33
    assert rgba[5][90, 160, 3] == 255
    assert rgba[5][10, 10, 3] == 0
    assert np.abs(rgba[5][90, 160, :3].astype(int) - CORAL).max() <= 6
    assert probe(segment.alpha).alpha


def decode_alpha(path: Path) -> list[np.ndarray]:
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        return [frame.to_ndarray(format="rgba") for packet in packets for frame in decoder.decode(packet)]


def test_what_is_no_media_is_named(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"nothing of the kind")
    with pytest.raises(MediaError, match=r"song\.mp3"):
        probe(tmp_path / "song.mp3")
    with pytest.raises(MediaError, match="sound file"):
        list(audio.read_blocks(tmp_path / "song.mp3"))
