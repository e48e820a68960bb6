"""Robust Video Matting (Lin et al. 2021, arXiv:2108.11515) in PyTorch, for GPUs."""
