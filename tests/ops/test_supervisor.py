import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from avatarlab.quickstart.supervisor import Program, ProgramFailedError, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def wait_until(happened: Callable[[], bool], patience_s: float = 10) -> None:
    deadline = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervise(said: list[str], tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    started = []

    def make(*programs: Program) -> Supervisor:
        supervisor = Supervisor(programs, folder=tmp_path, say=said.append)
        started.append(supervisor)
        return supervisor

    yield make
    for supervisor in started:
        supervisor.stop()


def gone(process: int) -> bool:
    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def test_a_killed_program_is_started_again(supervise, said):
    supervisor = supervise(Program("worker", ("sleep", "60")))
    supervisor.start()
    first = supervisor.processes["worker"]
    os.kill(first, signal.SIGKILL)

    def restarted() -> bool:
        supervisor.tend()
        return supervisor.processes["worker"] != first

    wait_until(restarted)
    assert not gone(supervisor.processes["worker"])
    assert said == ["The worker ended (killed by SIGKILL); starting it again in 0.5 s."]


def test_a_program_that_keeps_dying_is_started_ever_later(supervise, said):
    supervisor = supervise(Program("worker", ("false",)))
    supervisor.start()

    def died_twice() -> bool:
        supervisor.tend()
        return len(said) == 2

    wait_until(died_twice)
    assert [line.rpartition("in ")[2] for line in said] == ["0.5 s.", "1 s."]


def test_programs_start_in_order_each_when_the_one_before_answers(supervise, tmp_path):
    ready = tmp_path / "ready"
    first = Program("first", ("sh", "-c", f"sleep 0.3; touch {ready}; sleep 60"), answers=ready.exists)
    second = Program("second", ("sh", "-c", f"test -e {ready} && sleep 60"))
    supervisor = supervise(first, second)
    supervisor.start()
    time.sleep(0.2)
    assert not gone(supervisor.processes["second"])


def test_a_program_that_ends_before_it_answers_is_named_with_its_log(supervise, tmp_path):
    log = tmp_path / "redis.log"
    supervisor = supervise(Program("Redis", ("false",), answers=lambda: False, output=log))
    with pytest.raises(ProgramFailedError, match=rf"The Redis did not start \(exit status 1\).*{log}"):
        supervisor.start()


def test_stop_ends_what_programs_started_too(supervise, tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $! > {pids}; wait"
    supervisor = supervise(Program("worker", ("sh", "-c", script), answers=pids.exists))
    supervisor.start()
    wait_until(lambda: pids.read_text().strip() != "")
    leader, grandchild = supervisor.processes["worker"], int(pids.read_text())
    supervisor.stop()
    assert gone(leader)
    assert gone(grandchild)


def test_a_program_that_ignores_the_request_is_killed_after_its_grace(supervise, tmp_path):
    deaf = tmp_path / "deaf"
    script = f"trap '' TERM; touch {deaf}; while :; do sleep 0.1; done"
    supervisor = supervise(Program("worker", ("sh", "-c", script), answers=deaf.exists, grace_s=0.3))
    supervisor.start()
    process = supervisor.processes["worker"]
    supervisor.stop()
    assert gone(process)


def test_children_end_with_a_supervisor_that_is_killed(tmp_path):
    script = (
        "import sys; from pathlib import Path; from avatarlab.quickstart.supervisor import *\n"
        "s = Supervisor([Program('worker', ('sleep', '60'))], folder=Path('.'), say=print)\n"
        "s.start(); print(s.processes['worker'], flush=True); s.watch()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: gone(child))
