"""The house rules that no linter knows."""

import ast
import re
import tomllib

import pytest

from tests.architecture import sizes, source

RAILS = sorted(path.parent.name for path in (source.ROOT / "payouts" / "rails").glob("*/rail.py"))


def test_no_file_is_longer_than_the_limit():
    assert {name: lines for name, lines in sizes.lengths().items() if lines > sizes.LIMIT} == {}


def test_only_the_settings_and_the_supervisor_read_the_environment():
    allowed = re.compile(r"backoffice\.(settings\.env|embedded(\..*)?|celery|wsgi)$")
    readers = {
        name
        for name, path in source.modules().items()
        if not allowed.match(name) and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    }
    assert readers == set()


def test_only_the_registry_names_a_rail():
    outside = {
        (name, found)
        for name, path in source.modules().items()
        for found in source.imports(path)
        for rail in RAILS
        if re.match(rf"payouts\.rails\.{rail}(\.|$)", found)
        and name != "payouts.rails.registry"
        and not name.startswith(f"payouts.rails.{rail}")
    }
    assert outside == set()


def test_the_import_contract_knows_every_rail():
    contracts = tomllib.loads((source.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    (alone,) = [contract for contract in contracts if contract["type"] == "independence"]
    assert sorted(alone["modules"]) == [f"payouts.rails.{rail}" for rail in RAILS]


def test_only_one_module_writes_transitions():
    made = re.compile(r"\bTransition\(|\bTransition\.objects\.\w*create|INSERT INTO payouts_transition", re.I)
    writers = {
        name
        for name, path in source.modules().items()
        if made.search(path.read_text()) and "class Transition(" not in path.read_text()
    }
    births = {
        "payouts.operations._portions",
        "payouts.operations.givebacks",
    }  # a payout's first line, with its row
    loaded = {"backoffice.scale.statements"}  # invented lives, into an empty database made for them
    assert writers <= {"payouts.operations._move"} | births | loaded


def test_no_model_orders_its_rows_by_itself():
    ordered = {
        name
        for name, path in source.modules().items()
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ClassDef) and node.name == "Meta"
        for line in node.body
        if isinstance(line, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "ordering" for t in line.targets)
    }
    assert ordered == set()


VERBS = [
    (name, node)
    for name, path in source.modules("payouts", "sellers").items()
    if re.search(r"\.(operations|queries)(\.[a-z]|$)", name)
    for node in source.tree(path).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]


def test_verbs_and_questions_take_names_not_positions():
    """Two ids in the wrong order would be a payment; helpers of one or two plain values may be called plainly."""
    positional = {
        f"{name}.{node.name}"
        for name, node in VERBS
        if len(node.args.args) > 2
        or {argument.arg for argument in node.args.args} & {"actor", "payout_ids", "seller_ids", "reason"}
    }
    assert positional == set()


@pytest.mark.parametrize(
    "clock", ["timezone.now(", "datetime.now(", "datetime.utcnow(", "date.today(", "time.time("]
)
def test_operations_queries_and_pure_rooms_are_given_the_time(clock):
    pattern = re.compile(r"\.(operations|queries|rails|countries)(\.|$)|ledger\.money$")
    readers = {
        name for name, path in source.modules().items() if pattern.search(name) and clock in path.read_text()
    }
    assert readers == set()


def test_nothing_of_the_workplace_is_named():
    """The project must build anywhere: no absolute path of the machine it was written on."""
    named = re.compile("/" + r"work/(main|shared|\.library)|/" + "opt/(pypi|wheels)")
    texts = [*source.files("*"), *source.ROOT.glob("[!.]*.*"), source.ROOT / "Makefile"]
    texts += (source.ROOT / "docs").rglob("*.md")
    found = set()
    for path in texts:
        try:
            if path.is_file() and named.search(path.read_text()):
                found.add(str(path.relative_to(source.ROOT)))
        except UnicodeDecodeError:
            continue
    assert found == set()


def test_no_rule_under_a_condition_says_what_holds_without_it():
    """Pasted into a media query, a rule would win over the others there."""
    rule = re.compile(r"^ *([^{}@]+\{[^{}]*\})$", re.MULTILINE)
    for path in (source.ROOT / "static" / "backoffice" / "css").glob("*.css"):
        always, *conditions = re.split(r"^@media", path.read_text(), flags=re.MULTILINE)
        repeated = set(rule.findall(always)) & {each for one in conditions for each in rule.findall(one)}
        assert repeated == set(), path.name
