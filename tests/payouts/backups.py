"""A backup of the whole database, taken and restored for real: PostgreSQL copies it file by file."""

import psycopg
from django.db import connections
from psycopg import sql

from tests import postgres


class Backup:
    """The database as it was when this was made. Nobody may be connected at that moment, nor when it is restored."""

    def __init__(self, database: postgres.Database) -> None:
        self._database = database
        self._copy = f"{database.name}_backup"
        self._make(self._copy, of=database.name)

    def restore(self) -> None:
        """What happened since has not happened, for the database: the world outside remembers."""
        self._make(self._database.name, of=self._copy)

    def drop(self) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._copy)

    def _make(self, name: str, *, of: str) -> None:
        connections.close_all()
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._run("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, of, postgres.OWNER)

    def _run(self, statement: str, *names: str) -> None:
        admin = psycopg.conninfo.make_conninfo(self._database.admin, dbname="postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
