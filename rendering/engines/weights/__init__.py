"""Model files: `locate` finds one, `fetch` brings it."""

from rendering.engines.weights.manifest import STANDARD
from rendering.engines.weights.store import fetch, locate, missing

__all__ = ["STANDARD", "fetch", "locate", "missing"]
