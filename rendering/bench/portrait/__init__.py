"""How fast the portrait engine is, and against what. `manage.py bench portrait` runs it.

`speed` measures the engine and the pipeline, `wav2lip` the network that portraits are usually made to speak
with, `command` prints both.
"""
