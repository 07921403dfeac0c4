"""A statement makes a role that no check stops, or reaches beyond the database into its server."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax import nodes

_ATTRIBUTES = {
    "superuser": ("SUPERUSER", "no check of privileges or policies stops it"),
    "bypassrls": ("BYPASSRLS", "no policy of any table stops it"),
    "isreplication": ("REPLICATION", "it can copy the whole cluster"),
}

_ROLES = {
    "pg_execute_server_program": "run programs on the server",
    "pg_write_server_files": "write files of the server",
    "pg_read_server_files": "read files of the server",
    "rds_superuser": "do nearly all that a superuser does",
    "cloudsqlsuperuser": "do nearly all that a superuser does",
}


@rule(
    on=(
        nodes.CreateRoleStmt,
        nodes.AlterRoleStmt,
        nodes.GrantRoleStmt,
        nodes.AlterSystemStmt,
        nodes.LoadStmt,
        nodes.CopyStmt,
        nodes.CreateFunctionStmt,
        nodes.CreatePLangStmt,
    ),
    severity="warning",
    category="security",
    covers=("migrationpilot:MP073",),
)
def check(stmt: nodes.Node, ctx: Context) -> Iterator[Finding]:
    help = (
        "leave it to whoever runs the server: hosted services refuse it, and a migration's role should not be able to"
    )
    match stmt:
        case nodes.CreateRoleStmt() | nodes.AlterRoleStmt():
            for option in stmt.options:
                if option.defname in _ATTRIBUTES and option.arg is True:
                    word, harm = _ATTRIBUTES[option.defname]
                    name = stmt.role if isinstance(stmt.role, str) else stmt.role.rolename or "the current role"
                    yield Finding(
                        f"{name} gets {word}: {harm}",
                        at=option,
                        help="grant the privileges that it needs",
                    )
        case nodes.GrantRoleStmt(is_grant=True):
            for granted in stmt.granted_roles:
                if granted.priv_name in _ROLES:
                    who = listed([role.rolename or "the current role" for role in stmt.grantee_roles])
                    yield Finding(f"{who} may {_ROLES[granted.priv_name]}", at=granted, help=help)
        case nodes.AlterSystemStmt():
            yield Finding("ALTER SYSTEM changes the configuration of the whole server", help=help)
        case nodes.LoadStmt():
            yield Finding(f"LOAD runs {stmt.filename} inside the server", help=help)
        case nodes.CopyStmt(is_program=True):
            yield Finding("COPY ... PROGRAM runs a program on the server, as the server's own user", help=help)
        case nodes.CreateFunctionStmt():
            language = next((o.arg for o in stmt.options if o.defname == "language"), None)
            if isinstance(language, str) and _untrusted(language):
                yield Finding(
                    f"a function in {language} does whatever the server's own user may do",
                    at=stmt,
                    word=stmt.funcname[-1],
                    help=help,
                )
        case nodes.CreatePLangStmt():
            if _untrusted(stmt.plname):
                yield Finding(f"functions in {stmt.plname} do whatever the server's own user may do", help=help)


def _untrusted(language: str) -> bool:
    """Untrusted languages end with u: plpython3u, plperlu, pltclu. C and internal functions come with an extension's own files."""
    return language.startswith("pl") and language.endswith("u")
