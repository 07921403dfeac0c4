"""The command line: options, exit codes. What a command does is imported when it runs."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from schemalint import __version__
from schemalint.errors import UserError

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
PLAN_FORMATS = ("text", "json", "markdown")
DRIFT_FORMATS = ("text", "json", "markdown")
SEVERITIES = ("error", "warning", "info")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

EXIT_FINDINGS = 1
EXIT_TROUBLE = 2


def main(args: list[str] | None = None) -> None:
    """Run a command and exit: 0 nothing found, 1 findings, 2 could not do the job."""
    gc.disable()  # a run is short, and most of what it makes it keeps
    try:
        code = cli.main(args=args, prog_name="schemalint", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = EXIT_TROUBLE
    except (KeyboardInterrupt, click.Abort):
        click.echo("schemalint: interrupted", err=True)
        code = 130
    except UserError as error:
        click.echo(f"schemalint: {error}", err=True)
        code = EXIT_TROUBLE
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody is left to tell
        code = EXIT_TROUBLE
    except Exception as error:  # a bug: say so in a line, and how to see more
        import os

        if os.environ.get("SCHEMALINT_DEBUG"):
            raise
        said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        click.echo(f"schemalint: internal error: {said} (SCHEMALINT_DEBUG=1 shows where)", err=True)
        code = EXIT_TROUBLE
    sys.exit(code if isinstance(code, int) else 0)


@click.group(context_settings=CONTEXT, no_args_is_help=True)
@click.version_option(__version__, "-V", "--version", prog_name="schemalint", message="%(prog)s %(version)s")
def cli() -> None:
    """Tell whether PostgreSQL will accept a migration on your database, whether it will hurt, and what to write instead."""


def _what_to_check_against(command: Any) -> Any:
    """The options that say what the database is."""
    options = (
        click.argument("paths", nargs=-1),
        click.option(
            "--dsn", envvar="SCHEMALINT_DSN", show_envvar=True, metavar="URL", help="Read the catalog of this database."
        ),
        click.option(
            "--catalog",
            "catalogs",
            multiple=True,
            metavar="FILE",
            help="A snapshot (.json) or SQL (.sql: pg_dump, structure.sql) of the database. Repeat for several databases.",
        ),
        click.option("--history", metavar="DIR", help="Migrations that the database has already; replayed first."),
        click.option(
            "--runner", metavar="NAME", help="What runs the migrations (dbmate, flyway, ...), if not what is found."
        ),
        click.option("--open-world", is_flag=True, help="What is not known may exist all the same."),
        click.option("--pg-version", type=int, metavar="N", help="Server major, where no server or snapshot says it."),
        click.option(
            "--preset", metavar="NAME", help="What a hosted database holds before the first migration: supabase."
        ),
        click.option(
            "--config", "config_file", metavar="FILE", help="Configuration, instead of the nearest schemalint.toml."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


class InOrder(click.Command):
    """A command that knows in which order its options were given: `ctx.meta["order"]`, their names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        order = self.make_parser(ctx).parse_args(list(args))[2]
        ctx.meta["order"] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


@cli.command(cls=InOrder)
@_what_to_check_against
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Repeat for several.  [default: text]"
)
@click.option(
    "--output", "-o", "outputs", multiple=True, metavar="FILE", help="Write there what the --format before it asks for."
)
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules (also those that are off by default).")
@click.option("--ignore", multiple=True, metavar="RULE", help="All but these rules.")
@click.option("--base", metavar="REV", help="Check what is not on this git revision; the rest is history.")
@click.option(
    "--targets", "targets_file", metavar="FILE", help="Databases to check against, a connection string a line."
)
@click.option(
    "--role", metavar="NAME", help="Who runs the migrations.  [default: the connection's role, if it owns anything]"
)
@click.option("--data", is_flag=True, help="Ask whether rows stand in the way: bounded queries that only read.")
@click.option("--max-age", metavar="AGE", help="Remark on snapshots older than this: 12h, 7d, 2w.")
@click.option("--down", is_flag=True, help="Check the ways back, too, and whether they undo their migrations.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 from this severity on.  [default: error]")
@click.option("--baseline", metavar="FILE", help="Findings to allow.  [default: schemalint-baseline.json, if there]")
@click.option("--write-baseline", metavar="FILE", help="Allow all that is found from now on.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--unsafe", is_flag=True, help="With --fix or --diff: also the edits that a person should read.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs found.")
@click.pass_context
def check(ctx: click.Context, /, formats: tuple[str, ...], outputs: tuple[str, ...], **options: Any) -> int:
    """Check migrations: files, or directories of .sql files."""
    from schemalint.cli.check import run_check

    values = {"formats": iter(formats), "outputs": iter(outputs)}
    return run_check(reports=[(name, next(values[name])) for name in ctx.meta["order"] if name in values], **options)


@cli.command()
@_what_to_check_against
@click.option("--format", "format_", type=click.Choice(PLAN_FORMATS), default="text", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write the report to a file.")
def plan(**options: Any) -> int:
    """Say for each statement whether it is accepted, what it locks, scans and rewrites."""
    from schemalint.cli.plan import run_plan

    return run_plan(**options)


@cli.command()
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--config", "config_file", metavar="FILE")
@click.option(
    "--test", "directory", metavar="DIR", help="Check the pages of your own rules: all that their examples raise."
)
def rules(name: str | None, format_: str, config_file: str | None, directory: str | None) -> int:
    """List the rules, or print a rule's page."""
    from schemalint.cli.rules import run_page_tests, run_rules

    if directory is not None:
        return run_page_tests(directory, config_file)
    return run_rules(name, format_, config_file)


@cli.command()
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--config", "config_file", metavar="FILE")
def config(format_: str, config_file: str | None) -> int:
    """Show the configuration that is in force, and where each value comes from."""
    from schemalint.cli.config import run_config

    return run_config(format_, config_file)


@cli.command()
@click.option("--dsn", envvar="SCHEMALINT_DSN", show_envvar=True, required=True, metavar="URL")
@click.option("--output", "-o", metavar="FILE", help="Where to write it; standard output otherwise.")
@click.option(
    "--sizes",
    type=click.Choice(("bucketed", "exact", "none")),
    default="bucketed",
    show_default=True,
    help="Rows and bytes of tables; bucketed are rounded to powers of two.",
)
def snapshot(dsn: str, output: str | None, sizes: Any) -> int:
    """Write what a database's catalog holds to a file, for check --catalog."""
    from schemalint.cli.snapshot import run_snapshot

    return run_snapshot(dsn, output, sizes)


@cli.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--ignore", multiple=True, metavar="PATTERN", help="Objects to leave out: audit.*, 'role *', '*: comment'."
)
@click.option("--preset", metavar="NAME", help="What SQL and migrations start from: supabase.")
@click.option("--pg-version", type=int, metavar="N", help="Server major of SQL and migrations.")
@click.option("--config", "config_file", metavar="FILE", help="Configuration, instead of the nearest schemalint.toml.")
@click.option("--format", "format_", type=click.Choice(DRIFT_FORMATS), default="text", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write the report to a file.")
def drift(**options: Any) -> int:
    """Say what differs between two databases.

    A and B are connection strings, snapshots (.json), SQL (.sql) or directories of migrations."""
    from schemalint.cli.drift import run_drift

    return run_drift(**options)


@cli.command()
@click.option("--force", is_flag=True, help="Write over what is there.")
def init(force: bool) -> int:
    """Write a configuration and a workflow for this project."""
    from schemalint.cli.init import run_init

    return run_init(force=force)
