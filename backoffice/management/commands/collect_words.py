"""`manage.py collect_words [--check]`: every catalogue holds the words that pages say now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backoffice import catalogue


class Command(BaseCommand):
    """Writes the catalogues of all languages and says what is not translated; with ``--check`` writes nothing."""

    help = "Collects the words of code and templates into backoffice/locale, and compiles them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where something would change"
        )

    def handle(self, **options: Any) -> None:
        stale = []
        for language in catalogue.LANGUAGES:
            renewed = catalogue.renewed(language)
            file = catalogue.path(language)
            for target, content in (
                (file, catalogue.as_po(renewed)),
                (file.with_suffix(".mo"), catalogue.as_mo(renewed)),
            ):
                if target.exists() and target.read_bytes() == content:
                    continue
                stale.append(target.name)
                if not options["check"]:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
            wanting = catalogue.wanting(renewed)
            self.stdout.write(f"{language}: {len(renewed):,} texts, {len(wanting):,} wait for a translation")
        if stale and options["check"]:
            raise SystemExit("The catalogues are behind the words of the pages. Run: make words")
