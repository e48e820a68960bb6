"""Makes the preset avatars that the project ships: `python -m studio.presets.build_avatars SOURCE_DIR`.

A tool for maintainers, never imported by the site. SOURCE_DIR holds tight square portraits of people who do
not exist, SEED.webp, 1024 x 1024, made with MobileStyleGAN (PyPI package random-face 2021.7.21.1). Each is
given shoulders and a 16:9 frame, its background is thrown out of focus, and the result is written to
avatars/SLUG.webp; avatars.json lists them. Look at every picture before it ships: adult, frontal, mouth
closed, eyes open, no artefacts.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from rendering.engines.face.base import Image
from rendering.engines.matting.foreground import estimate_foreground
from rendering.pipeline.avatar import AvatarEngines, remove_person, shared_engines
from rendering.pipeline.framing import WIDE, Region, speaker_alpha
from rendering.pipeline.widening import PLAIN, defocus, widen

HERE = Path(__file__).parent
SIZE = (1920, 1080)
"""Pixels of what ships: the source's own resolution, and nothing to enlarge at 1080p."""
TRIM = 8
"""Pixels at the border of the source that the generator spoils."""
TALL = 0.9
"""Height of the source as a share of the frame's; the rest is room above the head."""
TALL_HAIR = 0.84
"""The same where the source cuts the hair, which has to be drawn to its end."""
DEFOCUS = 0.012
"""Blur of the background, sigma as a share of the frame's width: a lens at portrait aperture."""
QUALITY = 88

ORIGIN = (
    "Synthetic portrait, made with MobileStyleGAN (random-face, Apache-2.0 package; its weights may carry "
    "non-commercial terms of their training data). Not a real person."
)
LICENCE = "Apache-2.0 (package); terms of the weights' training data unclear, see origin"


@dataclass(frozen=True)
class Preset:
    """seed: names the source picture; truncation: the other parameter of its generation; plain: grey level
    behind the person while the shoulders are drawn, the one that gave the better hair and shoulders; tall:
    see TALL; rejected_mouths: entries that its viseme atlas leaves out, because they looked wrong;
    lends_mouth: its teeth may stand behind other people's lips; shows_lips: its own lips
    come from the atlas, too, unless there is a moustache or the picture's are much sharper. The mouths of
    2076, 2157 and 3390 were closed by moving their latents."""

    seed: int
    truncation: float
    name: str
    description: str
    plain: int = PLAIN
    tall: float = TALL
    rejected_mouths: tuple[str, ...] = ()
    lends_mouth: bool = True
    shows_lips: bool = True

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def file(self) -> str:
        """Relative to this folder."""
        return f"avatars/{self.slug}.webp"


PRESETS = (
    Preset(84, 0.65, "Claire", "Woman in her thirties with long brown hair"),
    Preset(201, 0.65, "Mei", "Woman in her twenties with long straight black hair"),
    Preset(588, 0.65, "Leila", "Woman in her thirties with shoulder-length black hair"),
    Preset(381, 0.65, "Anna", "Woman in her twenties with long dark hair"),
    Preset(
        803, 0.65, "Sofia", "Woman in her twenties with long wavy black hair", rejected_mouths=("EH-half",)
    ),
    Preset(
        849,
        0.65,
        "Helena",
        "Woman in her forties with long dark hair and earrings",
        rejected_mouths=("OW-half",),
    ),
    Preset(
        440,
        0.65,
        "Emma",
        "Woman in her twenties with long light brown hair",
        rejected_mouths=("UW", "UW-half"),
    ),
    Preset(
        2157,
        0.9,
        "Amara",
        "Black woman in her twenties with short curly hair",
        plain=140,
        rejected_mouths=("AA-third", "EH-half"),
    ),
    Preset(
        3257,
        0.9,
        "Maya",
        "Woman in her twenties with brown skin and long dark hair",
        rejected_mouths=("AA-half", "AA-third", "OW-half", "UW-half"),
        lends_mouth=False,
        shows_lips=False,
    ),
    Preset(
        3448,
        0.9,
        "Zuri",
        "Black woman in her twenties with very short hair",
        rejected_mouths=("AA-third", "OW-half", "UW-half"),
        lends_mouth=False,
    ),
    Preset(3445, 0.9, "Gabriela", "Woman in her thirties with curly black hair"),
    Preset(
        3266,
        0.9,
        "Julia",
        "Woman in her thirties with straight light brown hair",
        rejected_mouths=("OW-half",),
    ),
    Preset(
        3390,
        0.9,
        "Karin",
        "Woman in her forties with blonde hair",
        rejected_mouths=("OW-half",),
        lends_mouth=False,
    ),
    Preset(
        3088,
        0.9,
        "Ruth",
        "Woman in her fifties with short dark hair",
        rejected_mouths=("OW-half",),
        shows_lips=False,
    ),
    Preset(434, 0.65, "Rafael", "Man in his twenties with short black hair"),
    Preset(518, 0.65, "Lukas", "Man in his twenties with brown hair and a short beard"),
    Preset(815, 0.65, "Daniel", "Man in his thirties in a navy jacket"),
    Preset(839, 0.65, "Mateo", "Man in his twenties with curly dark hair", tall=TALL_HAIR),
    Preset(673, 0.65, "Karim", "Man in his thirties with short black hair and stubble"),
    Preset(
        3056,
        0.9,
        "Arjun",
        "Man in his twenties with brown skin and very short hair",
        rejected_mouths=("AA-third",),
        shows_lips=False,
    ),
    Preset(
        2076,
        0.9,
        "Kwame",
        "Black man in his forties with a shaved head",
        rejected_mouths=("AA-third", "EH-half", "OW-half", "UW"),
    ),
    Preset(562, 0.65, "Marco", "Man in his forties with short greying hair"),
    Preset(
        323,
        0.65,
        "Robert",
        "Man in his fifties with grey hair",
        rejected_mouths=("OW-half", "UW"),
        shows_lips=False,
    ),
    Preset(
        2531,
        0.9,
        "Ravi",
        "Man in his fifties with brown skin and black hair",
        plain=90,
        rejected_mouths=("AA-third",),
    ),
    Preset(
        374,
        0.65,
        "Walter",
        "Man in his sixties with grey hair and a grey beard",
        tall=TALL_HAIR,
        shows_lips=False,
    ),
)


def build(preset: Preset, source: Path, engines: AvatarEngines) -> Image:
    """The preset's picture: uint8 [1080, 1920, 3]."""
    with Pillow.open(source) as picture:
        portrait = np.array(picture.convert("RGB"))[TRIM:-TRIM, TRIM:-TRIM]
    height = round(SIZE[1] * preset.tall)
    portrait = np.asarray(cv2.resize(portrait, (height, height), interpolation=cv2.INTER_AREA), np.uint8)
    beside = (round(SIZE[1] * WIDE) - height) // 2
    canvas = Region(-beside, height - SIZE[1], SIZE[0] - beside, height)
    alpha = engines.matting.matte_still(portrait)
    wide, _ = widen(
        portrait,
        alpha,
        canvas,
        matting=engines.matting,
        inpainting=engines.widening,
        plain=preset.plain,
    )
    face = engines.analyser.analyse(wide)
    alpha = speaker_alpha(engines.matting.matte_still(wide), face.landmarks)
    weight = alpha[..., None].astype(np.float32) / 255
    behind = defocus(remove_person(wide, alpha, engines.plates), DEFOCUS * SIZE[0])
    mixed = estimate_foreground(wide, alpha) * weight + behind * (1 - weight)
    return np.rint(mixed).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="SOURCE_DIR")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these; without any, all")
    arguments = parser.parse_args()
    engines = shared_engines()
    (HERE / "avatars").mkdir(exist_ok=True)
    for preset in PRESETS:
        if not arguments.slugs or preset.slug in arguments.slugs:
            picture = Pillow.fromarray(build(preset, arguments.source / f"{preset.seed}.webp", engines))
            picture.save(HERE / preset.file, "WEBP", quality=QUALITY, method=6)
            print(f"{preset.slug}: {(HERE / preset.file).stat().st_size // 1000} kB")
    (HERE / "avatars.json").write_text(json.dumps([entry(preset) for preset in PRESETS], indent=2) + "\n")


def entry(preset: Preset) -> dict[str, str | int | float]:
    """What avatars.json says of a preset."""
    return {
        "slug": preset.slug,
        "name": preset.name,
        "description": preset.description,
        "file": preset.file,
        "atlas": preset.slug,
        "seed": preset.seed,
        "truncation": preset.truncation,
        "origin": ORIGIN,
        "licence": LICENCE,
    }


if __name__ == "__main__":
    main()
