"""The presets of a fresh instance, brought up to date as often as one likes (`manage.py seed`).

What is new in the shipped lists is added; rows that an admin has changed keep their names, order and whether
they are offered. These modules load engines and the pipeline: nothing that answers requests imports them.
"""
