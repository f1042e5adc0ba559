"""The official schema of pain.001.001.09, as the installed package sepaxml carries it."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = "pain.001.001.09.xsd"


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
        return [f"The file is not well-formed XML: {error}."]
    if schema.validate(document):
        return []
    return [f"Line {error.line}: {error.message}" for error in list(schema.error_log)[:10]]
