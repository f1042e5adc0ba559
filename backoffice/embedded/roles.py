"""The two roles and the database, made by a role that may: the owner migrates, the program's role owns nothing."""

import secrets
from typing import NamedTuple

import psycopg
from psycopg import conninfo, sql

from backoffice.embedded.errors import CannotStart


class Addresses(NamedTuple):
    app: str
    owner: str


def ensure(
    *, admin_url: str, database: str, app: str, owner: str, passwords: dict[str, str] | None = None
) -> Addresses:
    """Make what is missing of the roles `app` and `owner` and of `database`, as the role of `admin_url`.

    `passwords` keeps what was set by role name and is filled with new ones; None where the server trusts its socket.
    Raises CannotStart when that role may not, or a role exists with a password we do not know.
    """
    try:
        with _connect(admin_url) as connection:
            _lock(connection)
            _require_rights(connection)
            for role in (owner, app):
                _ensure_role(connection, role=role, passwords=passwords)
            _ensure_database(connection, database=database, owner=owner)
        _let_own(address(admin_url, database=database, **_login(admin_url)), database=database, owner=owner)
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database server does not let us in: {error}") from error
    urls = Addresses(
        app=address(admin_url, user=app, database=database, password=(passwords or {}).get(app)),
        owner=address(admin_url, user=owner, database=database, password=(passwords or {}).get(owner)),
    )
    for role, url in ((owner, urls.owner), (app, urls.app)):
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise CannotStart(
                f"The role {role} is on this server already, with a password we do not know. Set DATABASE_URL to its"
                f" address and DATABASE_OWNER_URL to the owner's. The server said: {error}"
            ) from error
    return urls


def address(url: str, *, user: str | None, database: str, password: str | None = None) -> str:
    """The same server as `url`, another role and database. In libpq's keyword form, which takes any value."""
    parts = {
        name: value
        for name, value in conninfo.conninfo_to_dict(url).items()
        if name not in ("user", "password")
    }
    return conninfo.make_conninfo("", **{**parts, "user": user, "dbname": database, "password": password})


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """To the database the address names, or to `postgres` where it is still to be made."""
    try:
        return psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        try:
            return psycopg.connect(url, dbname="postgres", connect_timeout=10, autocommit=True)
        except psycopg.OperationalError:
            raise error from None


def _lock(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Two starts at once take turns; the lock goes with the connection."""
    connection.execute("SELECT pg_advisory_lock(hashtext('payouts: roles and databases'))")


def _require_rights(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    row = connection.execute(
        "SELECT rolsuper, rolcreaterole AND rolcreatedb, rolname FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row and not row[0] and not row[1]:
        raise CannotStart(
            f"The role {row[2]} may not create roles and databases. Give DATABASE_URL a role that may (CREATEROLE and"
            " CREATEDB, or a superuser), or set both DATABASE_URL (the role that runs the program and owns nothing) and"
            " DATABASE_OWNER_URL (the role that owns the tables)."
        )


def _ensure_role(
    connection: psycopg.Connection[tuple[object, ...]], *, role: str, passwords: dict[str, str] | None
) -> None:
    name = sql.Identifier(role)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if not known:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(name))
    if passwords is not None and (not known or role in passwords):
        passwords.setdefault(role, secrets.token_urlsafe(24))
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(passwords[role])))


def _ensure_database(
    connection: psycopg.Connection[tuple[object, ...]], *, database: str, owner: str
) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        return
    _act_for(connection, role=owner)
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
            sql.Identifier(database), sql.Identifier(owner)
        )
    )


def _let_own(url: str, *, database: str, owner: str) -> None:
    """A database that was there before belongs to somebody else: the owner of the tables may still make its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(owner)
        connection.execute(
            sql.SQL("GRANT CREATE, CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), name)
        )
        connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(name))


def _login(url: str) -> dict[str, str | None]:
    parts = conninfo.conninfo_to_dict(url)
    password = parts.get("password")
    return {
        "user": str(parts["user"]) if parts.get("user") else None,
        "password": str(password) if password else None,
    }


def _act_for(connection: psycopg.Connection[tuple[object, ...]], *, role: str) -> None:
    """Only a member of a role may give it a database; a superuser is one of every role."""
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row and not row[0]:
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
