"""Viseme atlases for preset faces: `python -m training.viseme_atlas`.

A preset face is a point in the latent space of a generator (MobileStyleGAN). Moving that point gives the same
face other mouths, with teeth and a tongue of its own. The mouths are found by gradient descent through the
generator and the face mesh, read into textures, and kept as an atlas that the portrait engine draws from.
Needs the extra `training` (torch, random-face). Everything is deterministic on one machine.
"""
