"""What a worker holds before its first task: libraries of single tasks are loaded by those tasks."""

import subprocess
import sys

_LARGE = {"lxml", "httpx", "holidays", "asyncssh", "pyarrow", "reportlab"}
"""1 to 40 MB each, in every process that has them. What only tests have is left out, as a bench does it."""
_LOAD = (
    "import sys; from tests.bench._worker_app import app; app.loader.import_default_modules(); "
    f"print(len(app.tasks), *sorted({_LARGE} & set(sys.modules)))"
)


def test_a_worker_loads_no_large_library_before_a_task_asks_for_it():
    answer = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
    tasks, *loaded = answer.stdout.split()
    assert int(tasks) > 10
    assert loaded == []
