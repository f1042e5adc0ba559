"""What rails say of a document can be said in every language."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from payouts.queries import statement_words
from payouts.rails import base, xml
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053


def _sentences(module) -> set[str]:
    """Every text of the module's source that ends as a sentence does and is no docstring."""
    tree = ast.parse(Path(module.__file__).read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
    return {node.value for node in texts if isinstance(node.value, str) and node.value.endswith(".")}


def test_each_sentence_of_the_readers_is_marked_for_translation():
    said = _sentences(statements) | _sentences(camt053) | _sentences(xml)
    assert len(said) >= 20
    with override("en"):
        assert said == {str(each) for each in statement_words.SENTENCES}


@pytest.mark.parametrize("language", ["fr", "es", "ja"])
def test_a_problem_is_said_in_the_readers_language_with_its_values(language):
    problem = statements.Problem(statements.LEFT_OUT, {"line": 7, "currency": "EUR", "found": "1.001"})
    unreadable = base.Unreadable(
        "The document has {bytes} bytes; at most {largest} are read.", bytes=10_000, largest=5
    )
    with override(language):
        assert statement_words.said(problem) != str(problem)
        assert all(value in statement_words.said(problem) for value in ("7", "EUR", "1.001"))
        assert statement_words.said(unreadable) != str(unreadable)
