"""The command line of `manage.py bench portrait`."""

import json
import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rendering.bench.lipsync import suite
from rendering.bench.machine import machine
from rendering.bench.one_thread import one_thread_pool
from rendering.bench.portrait import speed, wav2lip
from rendering.bench.scenes import Speaker

Say = Callable[[str], None]
Row = tuple[str, str, str, bool | None]
"""What, measured, target, and whether it is met (None without a target)."""

FACE = "claire"
UPLOAD = "closed"
VOICE = "hibari-heart"
PEER_FRAMES = 2 * wav2lip.BATCH
TARGETS = {"512x512": 6.0, "1280x720": 12.0}
"""Milliseconds a frame without encoding, on one thread."""
SET_UP_TARGET = 3.0
"""Seconds."""
FASTER_TARGET = 8.0
"""Times as fast as the peer."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--no-peer", action="store_true", help="do not compare with Wav2Lip (needs PyTorch)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the numbers there as JSON as well")


def measure(peer: bool, say: Say) -> dict[str, Any]:
    """Run every measurement; see `table` for its meaning. Raises EngineError; if `peer`, for want of PyTorch
    before anything is measured."""
    if peer:
        wav2lip.build()
    threads = len(os.sched_getaffinity(0))
    faces, [voice] = suite.faces([FACE, UPLOAD]), suite.voices([VOICE])
    preset, upload = Speaker(faces[FACE], voice, FACE), Speaker(faces[UPLOAD], voice)
    report: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="avatarlab-bench-") as folder:
        work = Path(folder)
        say("Frames on one thread.")
        with one_thread_pool(1) as pool:
            frames = pool.submit(speed.frame_times, preset, work).result()
        report["frame_ms"] = {
            name: {"animate": round(times.animate, 2), "compose": round(times.compose, 2)}
            for name, times in frames.items()
        }
        say("Set-up of an upload.")
        set_up = speed.set_up_times(upload, work, threads)
        report["set_up_s"] = {
            "prepare": round(set_up.prepare, 2),
            "fields": round(set_up.fields, 2),
            "widen": round(set_up.widen, 2),
        }
        say("Half a minute.")
        report["render_factor"] = round(speed.render_factor(preset, work, threads), 4)
        report["peer_factor"] = None
        if peer:
            say(f"Wav2Lip, {PEER_FRAMES} frames.")
            still, box = speed.still_and_box(preset, work)
            seconds = wav2lip.seconds_a_frame(still, box, PEER_FRAMES, threads)
            report["peer_factor"] = round(seconds * speed.SQUARE.fps, 3)
    return report


def table(report: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for size, target in TARGETS.items():
        times = report["frame_ms"][size]
        rows.append((f"A frame at {size}, one thread: face, ms", *_most(times["animate"], target)))
        rows.append(("  composed into the picture, ms more", f"{times['compose']:g}", "", None))
    set_up = report["set_up_s"]
    prepared = round(set_up["prepare"] + set_up["fields"], 2)
    rows.append(("Set-up of an upload: check, matte, plate, fields, s", *_most(prepared, SET_UP_TARGET)))
    rows.append(("  of it fields, s", f"{set_up['fields']:g}", "", None))
    rows.append(("  room for a tight portrait, s more", f"{set_up['widen']:g}", "", None))
    ours, theirs = report["render_factor"], report["peer_factor"]
    rows.append(("Whole render at 512x512, kept background, s per s of video", f"{ours:g}", "", None))
    if theirs is not None:
        faster = theirs / ours
        rows.append(("  Wav2Lip's inference loop, s per s of video", f"{theirs:g}", "", None))
        rows.append(("  times as fast", f"{faster:.1f}", f">= {FASTER_TARGET:g}", faster >= FASTER_TARGET))
    return rows


def _most(value: float, target: float) -> tuple[str, str, bool]:
    return f"{value:g}", f"<= {target:g}", value <= target


def run(peer: bool, path: Path | None, say: Say) -> dict[str, Any]:
    """Measure, and write the report where it is wanted."""
    report = measure(peer, say)
    if path:
        path.write_text(json.dumps(report, indent=2) + "\n")
    return report
