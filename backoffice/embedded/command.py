"""`make manage CMD="…"`: a management command beside a running `make run`, or alone with services for its duration."""

import sys

from backoffice.embedded import occupancy, processes, services, stopping
from backoffice.embedded import plan as plans
from backoffice.embedded.errors import CannotStart


def manage(plan: plans.Plan, arguments: list[str]) -> int:
    """The command's exit code; 1 with a sentence when it has no database."""
    if not arguments:
        print(
            'Say which command: make manage CMD="check_invariants" (CMD="help" lists them)', file=sys.stderr
        )
        return 2
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
