"""The project's own source files, as the house rules see them."""

import ast
import functools
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("backoffice", "payouts", "sellers")


def files(*patterns: str) -> list[pathlib.Path]:
    """Files under the rooms, templates, static and tests that match, generated and vendored ones left out."""
    found: set[pathlib.Path] = set()
    for room in (*ROOMS, "templates", "static", "tests"):
        for pattern in patterns:
            found.update((ROOT / room).rglob(pattern))
    skipped = {"vendor", "__pycache__", "locale"}
    return sorted(path for path in found if path.is_file() and not skipped.intersection(path.parts))


def modules(*rooms: str) -> dict[str, pathlib.Path]:
    """Python files of the rooms by dotted name, migrations left out."""
    found = {}
    for path in files("*.py"):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in (rooms or ROOMS) and "migrations" not in relative.parts:
            found[".".join(relative.with_suffix("").parts).removesuffix(".__init__")] = path
    return found


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: pathlib.Path) -> set[str]:
    """Dotted names this file imports; `from a import b` counts as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found
