"""What beat does and how often. The row is the job: a missed tick is made up by the next."""

from typing import Any


def every(task: str, *, seconds: int) -> dict[str, Any]:
    """Ring for `task` each so many seconds; what no worker took until the next ring is dropped."""
    return {"task": f"payouts.tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}


BEAT: dict[str, dict[str, Any]] = {
    "find work that a lost message forgot": every("sweep", seconds=10),
    "ask every rail for answers and statements": every("collect_all", seconds=15),
    "let verified bank accounts take effect": every("take_effect", seconds=60),
    "release holds whose day has come": every("release_due_holds", seconds=60),
    "run payouts of countries that are due": every("run_due", seconds=15 * 60),
    "ring for payout runs that were left unfinished": every("sweep_runs", seconds=30),
    "ring for jobs on many payouts that were left unfinished": every("sweep_jobs", seconds=30),
    "check the invariants": every("check_invariants", seconds=5 * 60),
    "ring for forgotten exports, erase old ones": every("sweep_exports", seconds=30),
    "ring for forgotten imports, erase what was dropped": every("sweep_imports", seconds=30),
    "ring for forgotten journals": every("sweep_journals", seconds=30),
    "start schedules of exports that are due, try again what failed": every("sweep_schedules", seconds=30),
    "erase answers of the API that were kept long enough": every("erase_answers", seconds=60 * 60),
    "fold what was counted": every("fold_tallies", seconds=15),
    "seal the audit trail": every("seal_audit", seconds=5),
}
