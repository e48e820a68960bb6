"""What an engine declares about itself, readable without loading it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["speech", "talking head", "matting"]
Commercial = Literal["yes", "no", "unclear"]
"""Whether its weights and their runtime may be used for money; `unclear`: their terms do not say."""


@dataclass(frozen=True)
class EngineCard:
    """One engine.

    name: in specs, settings and commands; title: for people; summary: one sentence on what it is good for;
    factory: "module:Class", imported when the engine is first wanted, "" for one that is only planned;
    version: counts in the names of segments; languages: BCP 47, empty for engines that do not speak;
    artifacts: names in the weights manifest without which it cannot work; optional: further ones it can use;
    packages: modules it imports, which `extra` installs (pip install "avatarlab[extra]");
    settings: environment variables it needs;
    hardware: in words; device_memory_mb: on a GPU, 0 where none is needed;
    code_licence, weights_licence: SPDX where there is one, else in words; source: where it comes from;
    qualities: names of its presets, cheapest first, empty where it has one only;
    clones: whether it speaks with voices from files, too (see `speech.base.CloningEngine`).
    """

    name: str
    kind: Kind
    title: str
    summary: str
    factory: str
    version: str
    code_licence: str
    weights_licence: str
    commercial: Commercial
    source: str
    hardware: str
    languages: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    extra: str = ""
    settings: tuple[str, ...] = ()
    device_memory_mb: int = 0
    qualities: tuple[str, ...] = ()
    clones: bool = False

    @property
    def planned(self) -> bool:
        """Named here so that people know of it; there is no code."""
        return not self.factory
