"""The table of `manage.py bench portrait`, and its refusals."""

import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rendering.bench.portrait.command import table

GOOD: dict[str, Any] = {
    "frame_ms": {
        "512x512": {"animate": 5.0, "compose": 0.4},
        "1280x720": {"animate": 11.0, "compose": 1.2},
    },
    "set_up_s": {"prepare": 2.0, "fields": 0.5, "widen": 3.0},
    "render_factor": 0.25,
    "peer_factor": 2.5,
}


def verdicts(report: dict[str, Any]) -> list[bool]:
    return [met for *_, met in table(report) if met is not None]


def test_a_fast_engine_meets_every_target() -> None:
    assert verdicts(GOOD) == [True] * 4


@pytest.mark.parametrize(
    ("number", "slow", "missed"),
    [
        ("frame_ms", GOOD["frame_ms"] | {"512x512": {"animate": 6.1, "compose": 0.4}}, 0),
        ("frame_ms", GOOD["frame_ms"] | {"1280x720": {"animate": 12.1, "compose": 0.4}}, 1),
        ("set_up_s", {"prepare": 2.0, "fields": 1.1, "widen": 0.0}, 2),
        ("render_factor", 0.32, 3),
    ],
)
def test_each_number_is_judged_on_its_own(number: str, slow: Any, missed: int) -> None:
    assert verdicts(GOOD | {number: slow}) == [index != missed for index in range(4)]


def test_without_the_peer_nothing_is_said_of_it() -> None:
    assert not any("Wav2Lip" in what for what, *_ in table(GOOD | {"peer_factor": None}))


def test_without_pytorch_the_remedy_is_said_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(CommandError, match=r"pip install torch.*--no-peer"):
        call_command("bench", "portrait")
