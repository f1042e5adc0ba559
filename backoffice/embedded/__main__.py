"""`python -m backoffice.embedded run` and `… manage COMMAND …`; the Makefile calls them."""

import sys

from backoffice.embedded import command, plan, processes, supervisor
from backoffice.embedded.errors import CannotStart

USAGE = "python -m backoffice.embedded run | manage COMMAND [ARGUMENTS]"


def main(arguments: list[str]) -> int:
    try:
        return _do(arguments)
    except CannotStart as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"Cannot start: {error.strerror or error} ({error.filename}). Choose another DATA_DIR.", file=sys.stderr)
    return 1


def _do(arguments: list[str]) -> int:
    if arguments[:1] == ["run"]:
        if "--end-with-parent" in arguments:  # make is our parent: if it is killed, nobody would stop us
            processes.end_with_parent()
        return supervisor.run(plan.from_environment())
    if arguments[:1] == ["manage"]:
        return command.manage(plan.from_environment(), arguments[1:])
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
