"""`make manage CMD="…"`: a management command beside a running `make run`, or alone with services for its duration."""

import sys

from backoffice.embedded import occupancy, processes, services, stopping
from backoffice.embedded import plan as plans
from backoffice.embedded.errors import CannotStart

OF_PEOPLE = frozenset({"create_token"})
"""Commands about somebody who is there already: in a new database, made for their sake, there is nobody."""
NOBODY_HERE = (
    "Cannot run the command: {folder} holds no database yet. Set DATA_DIR to the folder of the `make run` that you "
    "mean, or DATABASE_URL, and try again. Nothing was made."
)


def manage(plan: plans.Plan, arguments: list[str]) -> int:
    """The command's exit code; 1 with a sentence when it has no database."""
    if not arguments:
        print(
            'Say which command: make manage CMD="check_invariants" (CMD="help" lists them)', file=sys.stderr
        )
        return 2
    if arguments[0] in OF_PEOPLE and not (plan.database_url or (plan.data_dir / "postgres").exists()):
        print(NOBODY_HERE.format(folder=plan.data_dir), file=sys.stderr)
        return 1
    place = occupancy.Occupancy(plan)
    try:
        with stopping.on_signals():
            if not place.take(occupancy.COMMAND, patience_seconds=600):
                return services.run_command(arguments, environment=place.services())
            return _alone(plan, arguments)
    except CannotStart as error:
        print(f"Cannot run the command: {error}", file=sys.stderr)
        return 1
    except stopping.Stopped:
        return 130
    finally:
        place.leave()


def _alone(plan: plans.Plan, arguments: list[str]) -> int:
    register = processes.Register(plan.run_dir / "children.json")
    register.end_left_behind()
    kept = services.Services(plan, say=lambda text: None, register=register)
    try:
        kept.start()
        services.prepare(kept, always=False)
        return services.run_command(arguments, environment=kept.environment(owner=True))
    finally:
        kept.stop()
