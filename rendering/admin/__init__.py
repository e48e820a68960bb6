"""Renders and engines for the operator."""

from rendering.admin import engines, renders

__all__ = ["engines", "renders"]
