"""The Lina language model against the references: tensors, scores, attention, states, greedy codes."""

import pytest
import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.speech.lina.config import SPECIAL, START, infer
from rendering.engines.speech.lina.decoding import Decoding
from rendering.engines.speech.lina.fused import fuse
from rendering.engines.speech.lina.generation import Request, generate
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.steps import Steps
from rendering.engines.speech.lina.voice import ClonedVoice
from tests.golden import references
from tests.golden.references import ONE_PASS, difference

TINY = ("lina_tiny", "smalle_tiny")


def tiny(name: str, device: torch.device) -> LinaModel:
    listed = references.keys(name)
    model = LinaModel(infer(listed, source=name))
    formula.fill(model, keep=[key for key in listed if key.endswith("rotary.freqs")])
    return model.to(device)


def tensor(array: object, device: torch.device) -> Tensor:
    return torch.as_tensor(array, device=device)


@pytest.mark.parametrize("name", [*TINY, "lina_169m_candidate"])
def test_tensors_are_those_of_the_released_files(name: str) -> None:
    with torch.device("meta"):
        model = LinaModel(infer(references.keys(name), source=name))

    assert references.shapes(model) == references.keys(name)


@pytest.mark.parametrize("name", TINY)
def test_scores_and_attention(name: str, device: torch.device) -> None:
    reference, model = references.load(name), tiny(name, device)
    codes = tensor(reference["y"], device)[:, :-1]

    scores = model(codes, model.read(tensor(reference["x"], device)), model.start(1))

    assert difference(scores.logits, reference["logits"]) < ONE_PASS
    assert difference(scores.attention, reference["att"]) < ONE_PASS


@pytest.mark.parametrize("name", TINY)
def test_step_by_step_equals_all_at_once(name: str, device: torch.device) -> None:
    reference, model = references.load(name), tiny(name, device)
    reading, state = model.read(tensor(reference["x"], device)), model.start(1)

    logits = []
    for codes in tensor(reference["y"], device)[:, :-1].split(1, dim=1):
        scores = model(codes, reading, state)
        logits.append(scores.logits)
        state = scores.state

    assert difference(torch.cat(logits, dim=1), reference["logits"]) < ONE_PASS


def test_encoded_text_and_last_memory(device: torch.device) -> None:
    reference, model = references.load("lina_tiny"), tiny("lina_tiny", device)
    tokens = tensor(reference["x"], device)

    encoded = model.txt_encoder(model.txt_embed(tokens), torch.ones_like(tokens, dtype=torch.bool))
    scores = model(tensor(reference["y"], device)[:, :-1], model.read(tokens), model.start(1))

    assert difference(encoded, reference["text_enc"]) < ONE_PASS
    assert difference(scores.state.mixers[-2].memory, reference["final_state_last"]) < ONE_PASS


@pytest.mark.parametrize("name", TINY)
def test_greedy_codes(name: str, device: torch.device) -> None:
    reference, model = references.load(name), tiny(name, device)
    expected = tensor(reference["greedy_qs"], device).permute(1, 2, 0)
    batch, steps, books = expected.shape
    first = torch.full((batch, 1, books), START, device=device)

    assert torch.equal(greedy(model, tensor(reference["x"], device), first, steps), expected)


def test_codes_after_a_prompt(device: torch.device) -> None:
    reference, model = references.load("lina_tiny"), tiny("lina_tiny", device)
    prompt = tensor(reference["prompt"], device).permute(1, 2, 0)
    expected = tensor(reference["prompt_qs"], device).permute(1, 2, 0)[:, prompt.shape[1] :]
    told = torch.cat([torch.full_like(prompt[:, :1], START), prompt], dim=1)

    assert torch.equal(greedy(model, tensor(reference["x"], device), told, expected.shape[1]), expected)


@pytest.mark.parametrize("name", TINY)
def test_the_fused_step_decodes_the_same_codes(name: str, device: torch.device) -> None:
    """On a GPU this is the captured graph, with rows and text padded to its sizes."""
    reference, model = references.load(name), tiny(name, device)
    expected = torch.as_tensor(reference["greedy_qs"]).permute(1, 2, 0)
    rows, columns, books = expected.shape
    steps = Steps(fuse(model, "full"), choices=1)

    with torch.inference_mode():
        decoded = steps.decode(
            model.read(tensor(reference["x"], device).expand(rows, -1)),
            model.start(rows),
            torch.full((rows, books), START, device=device),
            torch.zeros(columns, rows, 1),
            [columns] * rows,
        )

    assert all(torch.equal(row.codes, codes) for row, codes in zip(decoded, expected, strict=True))


def test_codes_of_a_cloned_voice(device: torch.device) -> None:
    """The same prompt through the generation that the engine uses, with one code to choose from."""
    reference, model = references.load("lina_tiny"), tiny("lina_tiny", device)
    prompt = torch.as_tensor(reference["prompt"])[:, 0]
    expected = torch.as_tensor(reference["prompt_qs"])[:, 0, prompt.shape[1] :]
    request = Request(
        tuple(reference["x"][0].tolist()),
        limit=expected.shape[1],
        seeds=(0,),
        voice=ClonedVoice(prompt - SPECIAL, "as the text begins"),
    )

    ((take,),) = generate(model, Steps(fuse(model, "full"), choices=1), [request])

    assert torch.equal(take.codes, (expected - SPECIAL).clamp(min=0))


@pytest.mark.parametrize("name", TINY)
def test_scores_of_a_padded_batch(name: str, device: torch.device) -> None:
    """A step of two texts of unequal length, in buffers that are larger still."""
    reference, model = references.load(name), tiny(name, device)
    tokens = tensor(reference["x"], device)
    texts = torch.zeros(2, tokens.shape[1] + 3, dtype=torch.int64, device=device)
    texts[0, : tokens.shape[1]] = tokens[0]
    texts[1] = 7
    codes = tensor(reference["y"], device)[:, :-1]
    decoding = Decoding(fuse(model, "full"), rows=4, tokens=32, steps=1, choices=1)
    nothing = torch.zeros(1, 2, 1, device=device)

    with torch.inference_mode():
        decoding.begin(model.read(texts, texts != 0), model.start(2), codes[0, :1].expand(2, -1), nothing)
        logits = []
        for told in codes[0]:
            decoding.buffers.latest[:2] = told
            logits.append(decoding.scores()[0][0])

    assert difference(torch.stack(logits)[None], reference["logits"]) < ONE_PASS


def greedy(model: LinaModel, tokens: Tensor, told: Tensor, steps: int) -> Tensor:
    """int64 [batch, steps, codebooks]: the likeliest codes after those that the model is told."""
    reading = model.read(tokens.expand(len(told), -1))
    codes, state, said = told, model.start(len(told)), []
    for _ in range(steps):
        scores = model(codes, reading, state)
        codes, state = scores.logits[:, -1:].argmax(-1), scores.state
        said.append(codes)
    return torch.cat(said, dim=1)
