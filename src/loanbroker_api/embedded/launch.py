"""Stands in front of every child: gives up root, asks to be signalled when the supervisor dies, then becomes the child.

Run as a plain file (`python -I -S launch.py PARENT SIGNAL UID GID program arguments…`), so it imports nothing of the product. A
preexec_fn would do the same inside a forked copy of a threaded process, which Python warns of and which can deadlock.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """UID −1 keeps the user; SIGNAL 0 outlives the parent."""
    parent, death_signal, uid, gid = (int(word) for word in sys.argv[1:5])
    command = sys.argv[5:]
    kernel = None
    if death_signal and sys.platform == "linux":
        import ctypes

        # Python's own library may lie where the new user cannot read: all imports come first.
        kernel = ctypes.CDLL(None)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # A background shell without job control hands down an ignored SIGINT, Python an ignored SIGPIPE.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if kernel is not None:
        # After setuid, which would clear it.
        kernel.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            sys.exit(0)
    os.execv(command[0], command)  # noqa: S606 # no shell is wanted


if __name__ == "__main__":
    main()
