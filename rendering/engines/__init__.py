"""The machine-learning steps. Pure Python: nothing here imports Django.

One folder per kind of step; `base.py` in each holds its Protocol and dataclasses, so that the pipeline
depends on the kind and never on one engine.
"""
