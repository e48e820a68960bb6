"""WavTokenizer (Ji et al. 2024, arXiv 2408.16532): 24 kHz speech as 75 codes a second out of 4096, and back.

The names of the tensors are those of the authors' files. Importing a module of this package loads torch.
"""
