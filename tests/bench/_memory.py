"""How much memory a process has held."""

from pathlib import Path


def peak(pid: int | str = "self") -> int:
    """The most the program in this process has held so far, in MB, as Linux tells it; 0 where it does not.

    Not getrusage's figure, which counts what the process was before it became this program.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
