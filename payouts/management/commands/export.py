"""`manage.py export KIND --filter … --format … --to … --as PERSON`: a file for a nightly job, as the pages make it."""

import shutil
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit import actors
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors.terminal import Shown
from payouts.exports.formats import FORMATS, LOCALES
from payouts.exports.kinds import KINDS
from payouts.models import Export, ExportStatus
from payouts.operations import export_links, exporting


class Command(BaseCommand):
    help = "Writes one export to a file. It is listed among the person's exports, and recorded, as any other."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=", ".join(KINDS))
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="as in the list's address: 'status=PAID&country=ES'; given several times, all of them count, and "
            "of one name each value, as there",
        )
        parser.add_argument("--format", default="csv", help=", ".join(FORMATS))
        parser.add_argument("--locale", default="en", help=f"of Excel's CSV: {', '.join(LOCALES)}")
        parser.add_argument("--gzip", action="store_true", help="compress a format of text")
        parser.add_argument(
            "--columns",
            default="",
            help="names, separated by commas, in their order; the usual ones when left out",
        )
        parser.add_argument(
            "--template",
            default="",
            help="the columns of a template of this kind, of the person's own or a shared one, by its name",
        )
        parser.add_argument("--sort", default="", help="as in the list's address: --sort=-amount")
        parser.add_argument(
            "--since",
            default="",
            help="only what is new, changed or withdrawn since that export of the person: its number, or 'last' for "
            "the last with this filter and these columns; a number brings its own",
        )
        parser.add_argument("--to", required=True, help="a file, which must not be there yet, or a folder")
        parser.add_argument(
            "--as", dest="username", required=True, help="the person whose right to export counts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self._actor(options["username"])
        given = Path(options["to"])
        if given.exists() and not given.is_dir():
            raise CommandError(f"{given} is there already. Name another file, or a folder.")
        if not given.is_dir() and not given.parent.is_dir():
            raise CommandError(f"There is no folder {given.parent}. Make it, or name another.")
        try:
            made = self._ask(options, actor)
            exporting.write(export_id=made.pk, now=database_now(), progress=Shown(self))
            made.refresh_from_db()
            self._fetch(made, given, actor)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _ask(self, options: dict[str, Any], actor: actors.Actor) -> Export:
        """The export is asked for. Raises `Refused`, CommandError."""
        form = {"format": options["format"], "locale": options["locale"], "compressed": options["gzip"]}
        common = {**form, "actor": actor, "now": database_now(), "ring": False}
        columns = [name.strip() for name in options["columns"].split(",") if name.strip()]
        since = options["since"]
        if since.isdecimal():
            if options["filter"] or columns or options["template"] or options["sort"]:
                raise CommandError(
                    "Leave out --filter, --columns, --template and --sort: "
                    "those of the export after --since count again."
                )
            return exporting.request_changes(since=int(since), kind=options["kind"], **common)
        if since not in ("", "last"):
            raise CommandError(f"--since takes the number of an export, or “last”, and not “{since[:20]}”.")
        return exporting.request(
            kind=options["kind"],
            filters="&".join(each.removeprefix("?") for each in options["filter"]),
            columns=columns,
            template=options["template"],
            sort=options["sort"],
            since="last" if since else None,
            **common,
        )

    def _fetch(self, made: Export, given: Path, actor: actors.Actor) -> None:
        """The file is where it was wanted, whole or not at all."""
        if made.status != ExportStatus.READY:
            raise CommandError(
                made.error or f"{made.file_name} is {ExportStatus(made.status).label.lower()}."
            )
        link = export_links.make(export_id=made.pk, actor=actor, now=database_now())
        found = export_links.fetch(export_id=made.pk, token=link.token, actor=actor, now=database_now())
        target = given / made.file_name if given.is_dir() else given
        draft = target.with_name(f".{target.name}.part")
        try:
            with found.file as source, draft.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            draft.replace(target)
        except OSError as error:
            raise CommandError(f"{target} could not be written: {error.strerror}.") from error
        finally:
            draft.unlink(missing_ok=True)
        self.stdout.write(f"{target}: {made.rows_done:,} rows, SHA-256 {made.sha256}")
        self.stdout.write(made.filters_text)
        if made.order_text:
            self.stdout.write(made.order_text)
        if made.since is not None:
            self.stdout.write(
                f"Since {made.since.file_name}: {made.rows_new:,} new, {made.rows_changed:,} changed, "
                f"{made.rows_withdrawn:,} withdrawn"
            )

    def _actor(self, username: str) -> actors.Actor:
        user = get_user_model().objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody is called {username}. Name somebody who may export.")
        return actors.command(user)
