"""How well a rendered face speaks, measured on the finished video. `manage.py bench lipsync` runs it.

Frames are decoded and landmarks found in them anew: nothing is believed that cannot be seen. What each score
means and where it comes from is said in docs/lipsync.md. `openness` and `scores` are pure functions of
tracks; `landmarks` and `pixels` look at frames; `film` puts them together for one file, `suite` for the
preset faces.
"""
