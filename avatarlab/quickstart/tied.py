"""Run a command that ends when its parent ends, however that happens.

    python tied.py PARENT SIGNAL COMMAND...

A script rather than a `preexec_fn`, which is not safe in a process with threads. Where the kernel has no
such call (macOS), the command runs untied.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when its parent dies. Kept across exec."""


def main(parent: str, signal_number: str, *command: str) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("The parent ended before the command was started.")
    os.execvp(command[0], command)  # noqa: S606 - the command line is the supervisor's own


if __name__ == "__main__":
    main(*sys.argv[1:])
