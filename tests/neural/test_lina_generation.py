"""Decoding: seeds, batches, stops, delayed codebooks, prompts, the choice among takes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rendering.engines.speech.lina import takes
from rendering.engines.speech.lina.config import PAD, SPECIAL, START, STOP
from rendering.engines.speech.lina.delay import delay, undelay
from rendering.engines.speech.lina.fused import fuse
from rendering.engines.speech.lina.generation import Request, Take, generate
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.steps import Steps
from rendering.engines.speech.lina.text import Text
from rendering.engines.speech.lina.voice import ClonedVoice
from rendering.engines.speech.lina.word_times import word_times
from tests.golden import references
from tests.neural import tiny_lina

REQUESTS = [
    Request((1, 5, 9, 12, 6, 2), limit=40, seeds=(1, 2)),
    Request((1, 7, 2), limit=25, seeds=(3,)),
    Request((1, 20, 21, 22, 23, 24, 25, 26, 2), limit=60, seeds=(1,)),
]


@pytest.fixture(scope="module", params=["one codebook", "four codebooks"])
def model(request: pytest.FixtureRequest) -> LinaModel:
    return tiny_lina.model(tiny_lina.TINY if request.param == "one codebook" else tiny_lina.SMALL_E)


@pytest.fixture(scope="module")
def steps(model: LinaModel) -> Steps:
    return Steps(fuse(model, "full"))


def prompt(model: LinaModel, frames: int = 12) -> ClonedVoice:
    rng = np.random.default_rng(5)
    shape = (model.config.codebooks, frames)
    return ClonedVoice(torch.from_numpy(rng.integers(0, model.config.codes, shape)), "so i speak")


def test_every_take_is_in_the_codec_s_range(model: LinaModel, steps: Steps) -> None:
    for made in generate(model, steps, REQUESTS):
        for take in made:
            assert take.codes.shape[0] == model.config.codebooks
            assert 0 <= int(take.codes.min()) <= int(take.codes.max()) < model.config.codes


def test_a_take_does_not_depend_on_the_others_of_its_batch(model: LinaModel, steps: Steps) -> None:
    together = generate(model, steps, REQUESTS)
    alone = [generate(model, steps, [request])[0] for request in REQUESTS]

    for made, again in zip(together, alone, strict=True):
        assert all(torch.equal(one.codes, other.codes) for one, other in zip(made, again, strict=True))


def test_prompted_and_unprompted_requests_share_a_batch(model: LinaModel, steps: Steps) -> None:
    spoken = Request((1, 5, 6, 7, 8, 2), limit=20, seeds=(4,), voice=prompt(model))

    mixed = generate(model, steps, [REQUESTS[0], spoken, REQUESTS[1]])

    assert torch.equal(mixed[1][0].codes, generate(model, steps, [spoken])[0][0].codes)
    assert torch.equal(mixed[2][0].codes, generate(model, steps, [REQUESTS[1]])[0][0].codes)


def test_another_seed_says_it_otherwise(model: LinaModel, steps: Steps) -> None:
    first, second = generate(model, steps, REQUESTS)[0]

    assert not torch.equal(first.codes, second.codes)


def test_no_take_is_longer_than_its_limit(model: LinaModel, steps: Steps) -> None:
    for request, made in zip(REQUESTS, generate(model, steps, REQUESTS), strict=True):
        assert all(take.codes.shape[1] <= request.limit for take in made)


def test_the_attention_covers_frames_and_tokens(model: LinaModel, steps: Steps) -> None:
    for request, made in zip(REQUESTS, generate(model, steps, REQUESTS), strict=True):
        for take in made:
            assert take.attention.shape == (take.codes.shape[1], len(request.tokens))
            torch.testing.assert_close(take.attention.sum(dim=1), torch.ones(take.codes.shape[1]))


def test_a_prompt_is_heard_and_not_repeated(model: LinaModel, steps: Steps) -> None:
    plain = Request((1, 5, 6, 7, 8, 2), limit=20, seeds=(4,))
    spoken = Request(plain.tokens, plain.limit, plain.seeds, prompt(model))

    (take,) = generate(model, steps, [spoken])[0]

    assert take.codes.shape[1] <= spoken.limit
    assert not torch.equal(take.codes, generate(model, steps, [plain])[0][0].codes)


def test_rows_that_stop_leave_and_the_others_go_on() -> None:
    hasty = tiny_lina.model(replace(tiny_lina.TINY, codes=16))
    steps = Steps(fuse(hasty, "full"))
    requests = [Request((1, 5, 9, 12, 2), limit=60, seeds=(seed,)) for seed in range(6)]

    together = [made[0] for made in generate(hasty, steps, requests)]
    alone = [generate(hasty, steps, [request])[0][0] for request in requests]

    assert len({take.codes.shape[1] for take in together if take.stopped}) > 2
    assert all(torch.equal(one.codes, other.codes) for one, other in zip(together, alone, strict=True))


def test_a_take_that_was_cut_says_so(model: LinaModel, steps: Steps) -> None:
    (take,) = generate(model, steps, [Request((1, 5, 9, 2), limit=3, seeds=(1,))])[0]

    assert not take.stopped
    assert take.codes.shape[1] == 3


class TestDelay:
    def test_is_the_reference_s(self) -> None:
        table = references.load("smalle_tiny")

        assert delay(torch.from_numpy(table["delay_in"])).tolist() == table["delay_out"].tolist()

    def test_is_undone_with_the_first_frame_kept(self) -> None:
        codes = torch.from_numpy(references.load("smalle_tiny")["delay_in"])

        assert undelay(delay(codes)[:, 1:-1]).tolist() == codes.tolist()

    def test_undone_as_the_reference_does_but_for_its_lost_frame(self) -> None:
        reference = references.load("smalle_tiny")
        columns = torch.from_numpy(reference["greedy_qs"])[:, 0]
        expected = torch.from_numpy(reference["greedy_cut0"])[:, 0]

        frames = (undelay(columns) - SPECIAL).clamp(min=0)

        assert torch.equal(frames[:, 1 : 1 + expected.shape[1]], expected)

    def test_of_too_few_columns_nothing_is_left(self) -> None:
        assert undelay(torch.zeros(4, 2, dtype=torch.int64)).shape == (4, 0)


def take(places: list[int], *, stopped: bool = True) -> Take:
    attention = torch.eye(8)[places]
    return Take(torch.zeros(1, len(places), dtype=torch.int64), attention, stopped)


class TestBestTake:
    def test_one_that_reads_in_order_beats_one_that_jumps_back(self) -> None:
        assert takes.best([take([0, 1, 5, 1, 2, 3]), take([0, 1, 2, 3, 4, 5])]) == 1

    def test_of_steady_ones_the_longer_is_kept(self) -> None:
        steady, short = take([0, 1, 2, 3, 4, 5, 6, 7]), take([0, 4, 7])

        assert takes.best([short, steady, take([0, 6, 0, 6]), take([5, 0, 5, 0])]) == 1

    def test_one_that_ended_beats_one_that_was_cut(self) -> None:
        assert takes.best([take([0, 1, 2, 3, 4, 5], stopped=False), take([0, 3, 2, 4])]) == 1

    def test_nothing_said_is_the_worst(self) -> None:
        assert takes.best([take([]), take([0, 2, 1, 3])]) == 1


class TestWordTimes:
    TEXT = Text(tokens=(1, 5, 6, 7, 8, 2), words=(-1, 0, 0, -1, 1, -1), count=2)

    def test_words_are_where_the_attention_was(self) -> None:
        attention = np.eye(6, dtype=np.float32)[[1] * 15 + [2] * 15 + [3] * 15 + [4] * 30 + [5] * 5]

        (first, second) = word_times(attention, self.TEXT)

        assert first == pytest.approx((0.0, 0.4))
        assert second == pytest.approx((0.6, 1.0))

    def test_a_glance_back_moves_no_word(self) -> None:
        attention = np.eye(6, dtype=np.float32)[[1] * 15 + [2] * 15 + [3] * 15 + [4] * 30 + [5] * 5]
        attention[50] = np.eye(6, dtype=np.float32)[1]

        assert word_times(attention, self.TEXT)[1] == pytest.approx((0.6, 1.0))

    def test_fewer_frames_than_tokens_tell_nothing(self) -> None:
        assert word_times(np.ones((3, 6), dtype=np.float32) / 6, self.TEXT) == (None, None)


def test_special_codes_come_before_those_of_the_codec() -> None:
    assert sorted((PAD, START, STOP)) == list(range(SPECIAL))
