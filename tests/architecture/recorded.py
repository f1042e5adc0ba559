"""Finding the sentences that the program writes down in English: those of operations and rails."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import source

WHERE = (
    "payouts/operations",
    "payouts/rails",
    "payouts/transports.py",
    "backoffice/demo/bank.py",
)
STORED = ("text", "note", "answer_text", "because", "reason", "trouble")
"""Keywords whose value is stored: there a sentence is looked for also where it is marked for translation."""
MARKS = ("_", "later", "noted", "ngettext")
_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|WITH|DELETE|CREATE|DROP|SET|CASE|ORDER|p\.|')")
_WORDS = re.compile(r"[A-Za-z{]\S* [a-z]\S* \S|[a-z] (and|or) ")


def hollow(sentence: str) -> str:
    """The sentence with its holes left blank; several holes in a row are one, for what fills them is a sequence."""
    return re.sub(r"\{\}( \{\})+", "{}", re.sub(r"\{[^}]*\}", "{}", sentence))


def found(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and hollow sentence of every text that nothing translates, or that is stored all the same."""
    nodes = list(ast.walk(tree))
    whole = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    out = {part for node in whole for part in ast.walk(node) if part is not node}
    out |= {node.value for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    out |= {text for call in calls if _name(call) in MARKS for text in call.args}
    values = [word.value for call in calls for word in call.keywords if word.arg in STORED]
    names = {value.id for value in values if isinstance(value, ast.Name)}
    values += [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in names
    ]
    out -= {text for value in values for text in _written(value)}
    for node in nodes:
        sentence = "" if node in out else _sentence(node)
        if _WORDS.search(sentence) and "\n" not in sentence and not _SQL.match(sentence):
            yield getattr(node, "lineno", 0), hollow(sentence)


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _written(value: ast.expr) -> Iterator[ast.expr]:
    """The text of a keyword: itself, what `_(…)` marks, and what is filled by `format`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        yield from _written(value.func.value)
    elif isinstance(value, ast.Call) and getattr(value.func, "id", "") in MARKS:
        yield from value.args
    elif isinstance(value, ast.Constant | ast.JoinedStr):
        yield value


def _sentence(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def everywhere() -> Iterator[tuple[str, str]]:
    """Place and hollow sentence, in all rooms whose sentences are stored."""
    for where in WHERE:
        path = source.ROOT / where
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for line, sentence in found(ast.parse(Path(file).read_text())):
                yield f"{file.relative_to(source.ROOT)}:{line}", sentence
