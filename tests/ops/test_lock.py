import signal
import subprocess
import sys
from pathlib import Path

import pytest

from avatarlab.quickstart.lock import AlreadyRunningError, Holder, instance_lock

ROOT = Path(__file__).resolve().parents[2]


def test_a_second_holder_is_told_who_runs_and_what_to_do(tmp_path):
    with instance_lock(tmp_path, "quickstart"):
        with pytest.raises(AlreadyRunningError) as refused, instance_lock(tmp_path, "quickstart"):
            pass
        assert "already running for this data folder (process " in str(refused.value)
        assert "AVATARLAB_DATA" in str(refused.value)


def test_a_finished_holder_leaves_the_lock_free(tmp_path):
    with instance_lock(tmp_path, "quickstart") as unfinished:
        assert unfinished is None
    with instance_lock(tmp_path, "quickstart") as unfinished:
        assert unfinished is None


def test_the_lock_of_a_killed_holder_is_taken_over_and_the_holder_named(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from avatarlab.quickstart.lock import instance_lock\n"
        "with instance_lock(Path(sys.argv[1]), 'quickstart'): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with instance_lock(tmp_path, "quickstart") as unfinished:
        assert unfinished == Holder(process=holder.pid, purpose="quickstart")
