"""DiffDub: the lower face painted anew by diffusion, led by what a HuBERT hears in the speech.

T. Liu et al., "DiffDub: Person-generic visual dubbing using inpainting renderer with diffusion
auto-encoder" (ICASSP 2024, arXiv:2311.01811). Our own code, written from the paper; the released weights fit
it key for key.

hearing      speech to what the HuBERT hears (50 a second)
motion       that and the person's own lips to lip latents (25 a second), through conformer
renderer     a picture, noise and a lip latent to the noise in it; lip_encoder: lips to their latent
ddim         noise to a picture in a few steps, as many as quality says
region       where is painted, and what is encoded
painter      crops in batches, in the precision of the device; dubber brings all of this together
"""
