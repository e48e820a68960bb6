"""Keeps a few programs running: starts them in order, restarts what dies, stops all of them at the end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
SETTLED_S = 30.0
"""A program that ran this long before it died is restarted as if it had never died before."""
STARTING_S = 60.0
"""A program that does not answer after this long has failed to start."""
_TIED = str(Path(__file__).with_name("tied.py"))


class ProgramFailedError(RuntimeError):
    """A program ended or stayed silent before it ever answered."""


def at_once() -> bool:
    """`Program.answers` of a program that serves nobody."""
    return True


@dataclass(frozen=True)
class Program:
    """What to run. answers: whether it is ready; grace_s: time to end after SIGTERM before it is killed;
    output: where its output is appended (None: to ours); orphan_signal: what it gets if we are killed."""

    name: str
    command: tuple[str, ...]
    answers: Callable[[], bool] = at_once
    grace_s: float = 10
    output: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    orphan_signal: signal.Signals = signal.SIGTERM


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    """Each program leads a process group of its own, so that Ctrl-C reaches us first and we end them in
    order, last started first."""

    def __init__(self, programs: Sequence[Program], *, folder: Path, say: Callable[[str], None]) -> None:
        self._programs = programs
        self._folder = folder
        self._say = say
        self._children: list[_Child] = []
        self._stop_asked = False
        self._hurried = False

    @property
    def processes(self) -> Mapping[str, int]:
        """Process id by program name."""
        return {child.program.name: child.process.pid for child in self._children}

    def start(self) -> None:
        """Start all programs; each must answer before the next is started. Raises ProgramFailedError."""
        for program in self._programs:
            if self._stop_asked:
                return
            child = _Child(program, self._spawn(program), time.monotonic())
            self._children.append(child)
            self._await(child)

    def tend(self) -> None:
        """One look at every program: restarts those that died, later each time they die young."""
        now = time.monotonic()
        for child in self._children:
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.process, child.started, child.restart_at = self._spawn(child.program), now, None
            elif child.process.poll() is not None:
                child.deaths = 0 if now - child.started > SETTLED_S else child.deaths
                delay = min(FIRST_DELAY_S * 2**child.deaths, LONGEST_DELAY_S)
                child.deaths += 1
                child.restart_at = now + delay
                self._say(
                    f"The {child.program.name} ended ({_reason(child.process.returncode)}); "
                    f"starting it again in {delay:g} s."
                )

    def watch(self) -> None:
        """Tend the programs until `ask_to_stop`."""
        while not self._stop_asked:
            self.tend()
            time.sleep(0.1)

    def ask_to_stop(self, *_signal: object) -> None:
        """Signal handler: the first call ends `watch`, a second one ends the patience of `stop`."""
        self._hurried = self._stop_asked
        self._stop_asked = True

    def stop(self) -> None:
        """End every program and what it started."""
        for child in reversed(self._children):
            _signal_group(child.process, signal.SIGTERM)
            deadline = time.monotonic() + child.program.grace_s
            while child.process.poll() is None and time.monotonic() < deadline and not self._hurried:
                time.sleep(0.02)
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()
        self._children.clear()

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        launcher = (sys.executable, "-E", "-S", _TIED, str(os.getpid()), str(int(program.orphan_signal)))
        output = None
        if program.output:
            program.output.parent.mkdir(parents=True, exist_ok=True)
            output = program.output.open("ab")
        try:
            return subprocess.Popen(  # noqa: S603 - our own programs
                (*launcher, *program.command),
                cwd=self._folder,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()

    def _await(self, child: _Child) -> None:
        name, output = child.program.name, child.program.output
        where = f" Its messages are in {output}." if output else " Its messages are above."
        while not child.program.answers() and not self._stop_asked:
            if child.process.poll() is not None:
                reason = _reason(child.process.returncode)
                raise ProgramFailedError(f"The {name} did not start ({reason}).{where}")
            if time.monotonic() - child.started > STARTING_S:
                raise ProgramFailedError(f"The {name} does not answer after {STARTING_S:g} s.{where}")
            time.sleep(0.05)


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group, also after its leader ended: what the leader started may still run."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
