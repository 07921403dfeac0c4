"""Other objects need what is dropped or changed."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Label, Refused, rule


@rule(
    on=Refused,
    severity="error",
    category="compatibility",
    covers=(
        "migrationpilot:MP052",
        "migrationpilot:MP097",
        "safe-migrate:broken-compute",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "2BP01" or "other objects depend on" not in refused.message:
        return
    lines = (refused.detail or "").splitlines()
    what = refused.message.removeprefix("cannot drop ").partition(" because")[0]
    labels = tuple(
        Label(f"needs {needed}", fact=needing)
        for needing, _, needed in (line.partition(" depends on ") for line in lines)
    )
    yield Finding(
        f"{what} cannot be dropped, others need it",
        labels=labels,
        help="drop or change what needs it first, in this migration, and create it again without it afterwards",
        notes=("CASCADE would drop all of it, and nobody would be asked",),
    )
