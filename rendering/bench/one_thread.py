"""Processes that keep to one core each."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import cv2

LIBRARIES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""What tells numerical libraries how many cores to use; they read it when they are loaded."""


def one_thread_pool(processes: int) -> ProcessPoolExecutor:
    """Processes whose OpenCV and BLAS use one thread. Spawned, because a fork would take over libraries, and
    their threads, that are loaded already."""
    for name in LIBRARIES:
        os.environ[name] = "1"
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=spawn, initializer=cv2.setNumThreads, initargs=(1,))
