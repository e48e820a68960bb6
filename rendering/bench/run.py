"""All measurements of the product, in order, and their table."""

from collections.abc import Callable
from typing import Any

from rendering.bench import script
from rendering.bench.drift import drift_frames
from rendering.bench.machine import machine
from rendering.bench.processes import memory_mb, redis, worker
from rendering.bench.renders import Timing, speaker, timed_render
from rendering.bench.web import web_idle_mb

HIBARI = "hibari-heart"
KOKORO = "kokoro-af-heart"
TARGETS = {
    "real_time_factor.hibari": 0.5,
    "real_time_factor.kokoro": 1.0,
    "first_segment_s": 3.0,
    "one_sentence_changed_ratio": 0.25,
    "worker_peak_ratio": 1.1,
    "drift_frames": 1.0,
    "web_idle_mb": 200.0,
}
"""The most each may be (on two processor cores)."""

Say = Callable[[str], None]


def measure(say: Say) -> dict[str, Any]:
    """Run every measurement. Returns the report as JSON values; see `table` for its meaning."""
    report: dict[str, Any] = {"machine": machine()}
    with redis():
        say("Web process.")
        report["web_idle_mb"] = round(web_idle_mb(), 1)
        report.update(_speed(say))
        report["worker_peak_mb"] = {
            "short": _peak_mb(say, "short", script.ten_seconds()),
            "long": _peak_mb(say, "long", script.minutes(5)),
        }
    return report


def _speed(say: Say) -> dict[str, Any]:
    with worker() as process:
        say("Warming up both voices.")
        for voice in (HIBARI, KOKORO):
            timed_render(speaker(f"warm-{voice}"), script.ten_seconds(), voice, worker=process)
        timings = {}
        for voice in (HIBARI, KOKORO):
            say(f"Half a minute with {voice}.")
            timings[voice] = timed_render(speaker(voice), script.half_minute(), voice, worker=process)
        first = timings[HIBARI]
        say("The same with one sentence changed.")
        changed = timed_render(
            first.render.owner, script.half_minute_with_one_sentence_changed(), HIBARI, worker=process
        )
    if changed.made != 1:
        raise RuntimeError(f"One sentence was changed, but {changed.made} were rendered.")
    say("Ten minutes joined.")
    return {
        "real_time_factor": {
            name: _factor(timings[voice]) for name, voice in (("hibari", HIBARI), ("kokoro", KOKORO))
        },
        "stages": {stage: round(taken / first.duration, 4) for stage, taken in first.stages.items()},
        "first_segment_s": round(first.first_segment, 2),
        "one_sentence_changed_ratio": round(changed.wall / first.wall, 3),
        "drift_frames": round(drift_frames(first.render), 3),
    }


def _factor(timing: Timing) -> float:
    return round(timing.wall / timing.duration, 3)


def _peak_mb(say: Say, name: str, text: str) -> float:
    """Peak memory of a fresh worker that renders one video."""
    with worker() as process:
        timing = timed_render(speaker(name), text, HIBARI, worker=process)
        say(f"Memory of a worker: {timing.duration:.0f} s of video.")
        return round(memory_mb(process.pid, "VmHWM"), 1)


def table(report: dict[str, Any]) -> list[tuple[str, str, str, bool | None]]:
    """Rows of the report: what, measured, target, and whether it is met (None without a target)."""
    factor, memory = report["real_time_factor"], report["worker_peak_mb"]
    measured = {
        "real_time_factor.hibari": ("Whole render with hibari, wall s per s of video", factor["hibari"]),
        "real_time_factor.kokoro": ("Whole render with Kokoro, wall s per s of video", factor["kokoro"]),
        "first_segment_s": ("Generate to first segment playable, s", report["first_segment_s"]),
        "one_sentence_changed_ratio": (
            "Second render with one sentence changed, against the first",
            report["one_sentence_changed_ratio"],
        ),
        "worker_peak_ratio": (
            f"Worker peak memory, 5 min ({memory['long']:.0f} MB) against 10 s ({memory['short']:.0f} MB)",
            round(memory["long"] / memory["short"], 3),
        ),
        "drift_frames": ("Sound against pictures after 10 min, frames", report["drift_frames"]),
        "web_idle_mb": ("Web process, idle, MB", report["web_idle_mb"]),
    }
    rows: list[tuple[str, str, str, bool | None]] = [
        (what, f"{value:g}", f"<= {TARGETS[key]:g}", value <= TARGETS[key])
        for key, (what, value) in measured.items()
    ]
    rows += [
        (f"  stage {stage}, s per s of video", f"{value:g}", "", None)
        for stage, value in report["stages"].items()
    ]
    return rows
