"""From a RenderSpec to a finished video. Imports engines, never Django.

Order of things: `spec` -> `plan` -> `segment` (speech, face, compose, write) -> `join`.
"""
