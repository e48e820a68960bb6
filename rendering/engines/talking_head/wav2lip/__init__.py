"""Wav2Lip: lips from speech, at 96 pixels.

K. Prajwal, R. Mukhopadhyay, V. Namboodiri, C. Jawahar, "A lip sync expert is all you need for speech to lip
generation in the wild" (ACM Multimedia 2020, arXiv:2008.10010). `network` is the paper's generator, `folded`
the same function computed in fewer steps, `expert` the paper's judge of sync; `sound` is what both hear.
"""
