"""The formats, by name."""

from payouts.exports.formats.base import Format, Layout, Total
from payouts.exports.formats.delimited import Csv, ExcelCsv
from payouts.exports.formats.json_lines import JsonLines
from payouts.exports.formats.parquet import Parquet
from payouts.exports.formats.workbook import Workbook
from sellers.ledger.words import noted

FORMATS: dict[str, type[Format]] = {
    "xlsx": Workbook,
    "excel_csv": ExcelCsv,
    "csv": Csv,
    "jsonl": JsonLines,
    "parquet": Parquet,
}
LOCALES = {
    "en": noted("English"),
    "fr": noted("French"),
    "es": noted("Spanish"),
    "de": noted("German"),
    "ja": noted("Japanese"),
}

__all__ = ["FORMATS", "LOCALES", "Format", "Layout", "Total"]
