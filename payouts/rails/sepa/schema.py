"""The official schema of pain.001.001.09, as the installed package sepaxml carries it."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = "pain.001.001.09.xsd"
# What libxml says, with \s for its spaces: it is no sentence of ours.
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
_VALUE = re.compile(r":\s(?:\[[^]]*\]\sThe\svalue\s)?'(.+)'\sis\snot\s", re.DOTALL)
_LONG = re.compile(r"length\sof\s'(\d+)';\sthis\sexceeds\sthe\sallowed\smaximum\slength\sof\s'(\d+)'")
_WANTED = re.compile(r"Expected\sis\s(?:one\sof\s)?\((.*)\)", re.DOTALL)
_NAME = re.compile(r"(?:\{[^}]*\}|\b)(\w+)")


@cache
def _schema() -> Any:
    from lxml import etree  # 4 MB, for a process that writes such files

    found = find_spec("sepaxml")  # not imported: we want its data, not its code
    folders = list(found.submodule_search_locations or []) if found else []
    if not folders:
        raise RuntimeError(
            "The package sepaxml, which carries the SEPA schemas, is not installed: run `make venv`."
        )
    return etree.XMLSchema(etree.parse(str(Path(folders[0]) / "schemas" / _FILE)))


def problems(body: bytes) -> list[str]:
    """What the schema says against these bytes, at most ten sentences; empty when they are valid."""
    from lxml import etree

    schema = _schema()
    try:
        document = etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        )
    except etree.XMLSyntaxError as error:
        return [f"The file is not well-formed XML from line {error.lineno or 1} on."]
    if schema.validate(document):
        return []
    # A value outside a list is said twice: that it is not in the list, and that its type does not have it.
    found = dict.fromkeys(_said(error.line, error.message) for error in schema.error_log)
    return list(found)[:10]


def _said(line: int, message: str) -> str:
    """What libxml says in English, in a sentence that can be said in any language."""
    about = _ELEMENT.match(message)
    element = about[1] if about else "Document"
    if value := _VALUE.search(message):
        return f"Line {line}: the schema pain.001.001.09 does not allow “{value[1]}” in {element}."
    if long := _LONG.search(message):
        return f"Line {line}: {element} has {long[1]} characters, and the schema pain.001.001.09 allows {long[2]}."
    if wanted := _WANTED.search(message):
        names = ", ".join(_NAME.findall(wanted[1]))
        return f"Line {line}: at {element} the schema pain.001.001.09 wants {names}."
    return f"Line {line}: the schema pain.001.001.09 does not allow {element} as it is."
