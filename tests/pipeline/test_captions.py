"""Captions can be read: lines, lengths and times hold for any text."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.engines.speech.base import Word
from rendering.engines.talking_head.base import Placement
from rendering.pipeline import lettering
from rendering.pipeline.burn import CaptionBurner, caption_room
from rendering.pipeline.captions import LINE_CHARACTERS, LINES, LONGEST, Cue, cues, subrip, webvtt
from rendering.pipeline.layout import Arrangement, Demands, arrange
from rendering.pipeline.spec import Aspect, FormatSpec
from rendering.pipeline.subject import Subject

TEXT = "The quick brown fox jumps over the lazy dog, and then it rests for a while under the old oak tree."
written = st.lists(
    st.text(st.sampled_from("abcdefgXYZ$5é’&<-"), min_size=1, max_size=14), min_size=1, max_size=80
)
pace = st.lists(st.floats(0.05, 0.9), min_size=80, max_size=80)


def spoken(tokens: list[str], lengths: list[float]) -> tuple[tuple[Word, ...], float]:
    words, at = [], 0.1
    for token, length in zip(tokens, lengths, strict=False):
        words.append(Word(token, at, at + length))
        at += length + 0.02
    return tuple(words), at + 0.5


@given(written, pace)
def test_every_cue_can_be_read(tokens: list[str], lengths: list[float]) -> None:
    words, duration = spoken(tokens, lengths)
    for cue in cues(" ".join(tokens), words, duration):
        assert 1 <= len(cue.lines) <= LINES
        assert all(0 < len(line) <= LINE_CHARACTERS for line in cue.lines)
        assert 0 < cue.end - cue.start <= LONGEST + 1e-9


@given(written, pace)
def test_cues_show_every_word_once_in_order_and_never_two_at_a_time(
    tokens: list[str], lengths: list[float]
) -> None:
    words, duration = spoken(tokens, lengths)
    shown = cues(" ".join(tokens), words, duration)
    assert " ".join(line for cue in shown for line in cue.lines).split() == " ".join(tokens).split()
    assert all(first.end <= second.start + 1e-9 for first, second in pairwise(shown))
    assert shown[-1].end <= duration


def test_captions_show_what_was_written_with_its_punctuation() -> None:
    words = (Word("Dr", 0, 0.3), Word("Smith", 0.3, 0.6), Word("paid", 0.6, 0.9), Word("$5", 0.9, 1.4))
    (cue,) = cues("“Dr. Smith paid $5!” 🎉", words, 2.0)
    assert cue.lines == ("“Dr. Smith paid $5!” 🎉",)


def test_words_that_are_not_in_the_text_are_shown_as_they_are() -> None:
    (cue,) = cues("Recording 0:00–0:12", (Word("Hello", 0.0, 0.4), Word("you", 0.4, 0.8)), 1.0)
    assert cue.lines == ("Hello you",)


def test_a_long_silence_ends_a_cue() -> None:
    words = (Word("One", 0, 0.4), Word("two", 3.0, 3.4))
    first, second = cues("One two", words, 4.0)
    assert (first.lines, second.lines) == (("One",), ("two",))
    assert first.end < 1.0


def test_silence_has_no_captions() -> None:
    assert cues("…", (), 1.0) == ()


def test_two_lines_are_about_equally_long() -> None:
    tokens = ["seven77"] * 9
    words, duration = spoken(tokens, [0.2] * 9)
    (cue,) = cues(" ".join(tokens), words, duration)
    assert abs(len(cue.lines[0]) - len(cue.lines[1])) <= 8


def test_webvtt_escapes_markup_and_counts_hours() -> None:
    text = webvtt([Cue(("a <b> & c",), 3661.5, 3662.25)])
    assert text == "WEBVTT\n\n01:01:01.500 --> 01:01:02.250\na &lt;b&gt; &amp; c\n"


def test_subrip_numbers_its_cues_and_parts_them_by_blank_lines() -> None:
    text = subrip([Cue(("One", "two"), 0.0, 1.0), Cue(("Three",), 1.0, 2.0)])
    assert re.split(r"\n\n", text.strip()) == [
        "1\n00:00:00,000 --> 00:00:01,000\nOne\ntwo",
        "2\n00:00:01,000 --> 00:00:02,000\nThree",
    ]


def whole(size: tuple[int, int]) -> Arrangement:
    return Arrangement(Placement(*size, 1.0, 0.0, 0.0))


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (480, 480), (864, 1080)])
def test_burned_captions_stay_within_the_safe_area_and_their_time(size: tuple[int, int]) -> None:
    cue = Cue(("A first line that is forty characters ok", "and a second one as long as the first is"), 0, 2)
    burner = CaptionBurner([cue], size, caption_room(whole(size), size))
    frame = np.full((size[1], size[0], 3), 128, np.uint8)
    burner.draw(frame, 2.5)
    assert (frame == 128).all()
    burner.draw(frame, 1.0)
    rows, columns = np.nonzero((frame != 128).any(axis=2))
    assert rows.min() > size[1] * 0.6
    assert rows.max() < size[1] * 0.96
    assert columns.min() > size[0] * 0.02
    assert columns.max() < size[0] * 0.98
    assert frame.max() > 240


def test_burned_captions_are_opaque_in_transparent_video() -> None:
    frame, alpha = np.zeros((180, 320, 3), np.uint8), np.zeros((180, 320), np.uint8)
    size = (320, 180)
    CaptionBurner([Cue(("Hello",), 0, 1)], size, caption_room(whole(size), size)).draw(frame, 0.5, alpha)
    assert alpha.max() == 255
    assert (frame[alpha == 0] == 0).all()


@pytest.mark.parametrize(
    "demands", [Demands("card-left"), Demands("card-right"), Demands("circle", busy=True)]
)
@pytest.mark.parametrize("aspect", ["16:9", "9:16", "1:1", "4:5"])
def test_burned_captions_do_not_lie_across_the_edge_of_a_panel(demands: Demands, aspect: Aspect) -> None:
    size = FormatSpec(aspect, 720).size
    arrangement = arrange(Subject(1920, 1080, (960, 430), 340), size, demands)
    panel = np.zeros((size[1], size[0]), bool)
    bottom = arrangement.top + arrangement.placement.height
    right = arrangement.left + arrangement.placement.width
    panel[arrangement.top : bottom, arrangement.left : right] = True
    frame = np.full((size[1], size[0], 3), 128, np.uint8)
    cue = Cue(("A first line that is forty characters ok",), 0, 1)
    CaptionBurner([cue], size, caption_room(arrangement, size)).draw(frame, 0.5)
    drawn = (frame != 128).any(axis=2)
    assert drawn.sum() > 1000
    assert (drawn & panel).sum() in (0, drawn.sum())


def test_cues_of_one_line_have_one_line() -> None:
    words, duration = spoken(TEXT.split(), [0.2] * 80)
    shown = cues(TEXT, words, duration, lines=1)
    assert [len(cue.lines) for cue in shown] == [1] * len(shown)
    assert " ".join(cue.lines[0] for cue in shown) == TEXT


def test_symbols_without_a_drawing_are_left_out_and_nothing_else() -> None:
    assert lettering.without_symbols("Très bien 😀, Ωmega!") == "Très bien , Ωmega!"
    assert lettering.unwritable("Grüße, Ωmega, Привет 5 😀") == ""
    assert lettering.unwritable("Hello 今日今") == "今日"
