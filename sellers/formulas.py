"""Cells that a spreadsheet would take for a formula: written with an apostrophe before them, and read without it."""

import re

STARTS = r"^[ \u00a0]*[=+@\t\r\n＝＋－＠-]"
"""What a spreadsheet takes for the beginning of a formula, also in full width, and what it skips before one."""


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: an apostrophe stands before what could start one."""
    return f"'{text}" if re.search(STARTS, text) else text


def as_given(cell: str) -> str:
    """The text that `harmless` was given: a file of ours that comes back has the ids it came with."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
