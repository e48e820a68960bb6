"""Lina-Speech, the Small-E family: a recurrent language model that speaks in codes of a neural codec.

Lemerle and others, "Small-E: Small Language Model with Linear Attention for Efficient Speech Synthesis"
(2024, arXiv 2406.04467) and "Lina-Speech: Gated Linear Attention is a Fast and Parameter-Efficient Learner
for text-to-speech synthesis" (2024, arXiv 2410.23320).
"""
