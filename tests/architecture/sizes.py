"""The size rule: 200 lines as a habit, never more than 400. `make check` runs it as a program."""

import sys

from tests.architecture import source

HABIT, LIMIT = 200, 400


def lengths() -> dict[str, int]:
    """Lines of every file that people write; migrations are exempt."""
    return {
        str(path.relative_to(source.ROOT)): len(path.read_text().splitlines())
        for path in source.files("*.py", "*.html", "*.css", "*.js", "*.toml")
        if "migrations" not in path.parts
    }


def main() -> int:
    found = lengths()
    long = {name: lines for name, lines in found.items() if lines > LIMIT}
    for name, lines in sorted(long.items()):
        print(f"{name}: {lines} lines; at most {LIMIT}. Give one of its concepts a file of its own.")
    over = sum(lines > HABIT for lines in found.values())
    print(
        f"{len(found)} files, {over} over the habit of {HABIT} lines, {len(long)} over the limit of {LIMIT}."
    )
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
