"""python -m training.audio_articulation speak|train|measure: see docs/articulation.md."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rendering.engines.speech.base import SAMPLE_RATE
from rendering.engines.talking_head.portrait.heard_articulation import MODEL
from training.audio_articulation.takes import Take, read

SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.audio_articulation", description=__doc__)
    parser.add_argument("step", choices=["speak", "train", "measure"])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the spoken corpus")
    arguments = parser.parse_args()
    if arguments.step == "speak":
        from training.audio_articulation.corpus import build

        build(arguments.corpus, print)
    elif arguments.step == "train":
        _train(read(arguments.corpus))
    else:
        _measure(read(arguments.corpus))


def _train(takes: Sequence[Take]) -> None:
    from training.audio_articulation.network import export
    from training.audio_articulation.train import learn, thresholds

    network = learn(takes, SEED, print)
    export(network, thresholds(network, takes, SEED), MODEL)
    print(f"{MODEL.name}: {MODEL.stat().st_size:,} bytes")
    _measure(takes)


def _measure(takes: Sequence[Take]) -> None:
    """Print scores of what was held out and write them, with the origin, beside the model."""
    from training.audio_articulation.measure import measure

    held_out = [take for take in takes if take.part == "measure"]
    groups = {"all": held_out}
    for take in held_out:
        groups.setdefault(f"language {take.language}", []).append(take)
        groups.setdefault(f"voice {take.voice}", []).append(take)
    scores = {}
    for name, group in groups.items():
        model, labels = measure(group)
        scores[name] = {"model": _rounded(asdict(model)), "labels": _rounded(asdict(labels))}
        print(f"{name}: gap {model.correlation.gap:.3f}, labels {labels.correlation.gap:.3f}")
    origin = {
        "made_by": "python -m training.audio_articulation",
        "seed": SEED,
        "seconds": {
            part: round(sum(len(take.samples) for take in takes if take.part == part) / SAMPLE_RATE)
            for part in ("learn", "choose", "measure")
        },
        "voices_learned_from": sorted({take.voice for take in takes if take.part == "learn"}),
        "held_out": scores,
    }
    MODEL.with_suffix(".json").write_text(json.dumps(origin, indent=1) + "\n")


def _rounded(scores: dict[str, object]) -> dict[str, object]:
    """Three decimals; channels by name; what could not be measured as null."""
    rounded: dict[str, object] = {}
    for name, value in scores.items():
        if isinstance(value, tuple):
            value = _rounded(value._asdict())  # type: ignore[attr-defined]
        elif isinstance(value, float):
            value = None if value != value else round(value, 3)
        rounded[name] = value
    return rounded


if __name__ == "__main__":
    main()
