"""What was measured of each neural engine, as rows of one table, beside the targets."""

from collections.abc import Iterable

from rendering.bench.engines import diffdub, lina, rvm, wav2lip
from rendering.bench.engines.figures import Figure
from rendering.engines.neural.runtime import Runtime
from rendering.engines.talking_head.diffdub import compiling

CODES_PER_SECOND = 75.0
"""Of Lina-Speech's codec: so many a second are real time."""
LINA_SINGLE, LINA_BATCH = 3.0, CODES_PER_SECOND
"""On two cores: times the plain loop; codes a second of eight sentences together."""
LINA_SINGLE_GPU, LINA_BATCH_GPU = 10.0, 60.0
"""On a data-centre GPU, times real time: one utterance, sixteen together."""
DIFFDUB_STANDARD = 10.0
"""On a GPU, times the authors' way."""
WAV2LIP = 2.5
"""On two cores, times the plain loop with the same batch; of one picture."""
FPS = 25.0
"""Frames of a second of video, for the speeds that pages show."""
RVM_DIFFERENCE = 2e-3
"""Of alpha, 0..1."""


def of_lina(runtime: Runtime) -> Iterable[Figure]:
    speeds, changes = lina.measure(runtime)
    plain = next(speed.per_second for speed in speeds if speed.way == "plain")
    yield Figure("lina", "the plain loop, one utterance", plain, "codes/s")
    usual = "half"
    single = next(
        speed.per_second
        for speed in speeds
        if (speed.way, speed.precision, speed.rows) == ("fused", usual, 1)
    )
    yield Figure("lina", "seconds per second of speech, codes alone", CODES_PER_SECOND / single, "s")
    for speed in (speed for speed in speeds if speed.way != "plain"):
        chosen = speed.precision == usual
        what = f"{speed.precision}, {speed.rows} at once"
        yield Figure(
            "lina",
            what,
            speed.per_second,
            "codes/s",
            least=LINA_BATCH if chosen and speed.rows == 8 and not runtime.on_gpu else None,
        )
        if speed.rows == 1:
            least = LINA_SINGLE if chosen and not runtime.on_gpu else None
            yield Figure("lina", f"{what}: times the plain loop", speed.per_second / plain, "x", least=least)
        if runtime.on_gpu:
            targets = {1: LINA_SINGLE_GPU, 16: LINA_BATCH_GPU} if chosen else {}
            yield Figure(
                "lina",
                f"{what}: times real time",
                speed.per_second / CODES_PER_SECOND,
                "x",
                least=targets.get(speed.rows),
            )
    for change in changes:
        yield Figure("lina", f"{change.precision}: scores differ by", 100 * change.relative, "%")
        yield Figure("lina", f"{change.precision}: same likeliest code", 100 * change.agreement, "%")
        yield Figure("lina", f"{change.precision}: divergence", change.divergence, "nats")


def of_wav2lip(runtime: Runtime) -> Iterable[Figure]:
    plain, *ours = wav2lip.measure(runtime)
    batch = f"{plain.batch} at once"
    still = next(speed.frames_per_second for speed in ours if speed.way == "still")
    yield Figure("wav2lip", "seconds per second of video, mouths alone", FPS / still, "s")
    yield Figure("wav2lip", f"the plain loop, {batch}", plain.frames_per_second, "frames/s")
    for each in ours:
        what = {"still": "a picture", "clip": "a clip"}[each.way]
        yield Figure("wav2lip", f"{what}, {batch}", each.frames_per_second, "frames/s")
        yield Figure(
            "wav2lip",
            f"{what}: times the plain loop",
            each.frames_per_second / plain.frames_per_second,
            "x",
            least=WAV2LIP if each.way == "still" and not runtime.on_gpu else None,
        )
        yield Figure("wav2lip", f"{what}: largest difference from it", each.difference, "")


def of_diffdub(runtime: Runtime) -> Iterable[Figure]:
    authors, *ours = diffdub.measure(runtime, compile_too=compiling.wanted())
    size = f"{authors.side} x {authors.side}"
    yield Figure(
        "diffdub",
        f"{size}, the authors' way: one frame at a time, {authors.steps} steps",
        authors.frames_per_second,
        "frames/s",
    )
    standard = next(each.frames_per_second for each in ours if each.way == "standard")
    if runtime.on_gpu:
        yield Figure("diffdub", "seconds per second of video, mouths alone", FPS / standard, "s")
    for each in ours:
        what = f"{size}, {each.way}: {each.steps} steps, {each.batch} at once"
        yield Figure("diffdub", what, each.frames_per_second, "frames/s")
        yield Figure(
            "diffdub",
            f"{each.way}: times the authors' way",
            each.frames_per_second / authors.frames_per_second,
            "x",
            least=DIFFDUB_STANDARD if runtime.on_gpu and each.way == "standard" else None,
        )
        yield Figure("diffdub", f"{each.way}: PSNR against it", each.psnr, "dB")
        if each.memory_mb:
            yield Figure("diffdub", f"{each.way}: memory of the GPU", each.memory_mb, "MB")


def of_rvm(runtime: Runtime, threads: int) -> Iterable[Figure]:
    for each in rvm.measure(runtime, threads=threads):
        if (each.variant, each.size) == ("mobilenetv3", rvm.SIZES[-1]):
            yield Figure("rvm-torch", "seconds per second of video", each.torch_ms * FPS / 1000, "s")
        size = f"{each.variant}, {each.size[0]} x {each.size[1]}"
        yield Figure("rvm-torch", f"{size}: a frame", each.torch_ms, "ms")
        if each.onnx_ms is not None:
            yield Figure(
                "rvm-torch", f"{size}: a frame in ONNX Runtime, on the processor", each.onnx_ms, "ms"
            )
        if each.difference is not None:
            most = None if runtime.half else RVM_DIFFERENCE
            yield Figure("rvm-torch", f"{size}: largest difference of alpha", each.difference, "", most=most)
