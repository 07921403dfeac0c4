"""A name of more than 63 bytes is cut without being asked."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Changed, Context, Created, Finding, rule
from schemalint.syntax.tokens import MAX_IDENTIFIER, QUOTED, WORD, tokenize


@rule(
    on=(Created, Changed),
    severity="warning",
    category="correctness",
    covers=(
        "squawk:identifier-too-long",
        "pg-index-health:POSSIBLE_OBJECT_NAME_OVERFLOW",
        "pgroll:InvalidIdentifierLength",
    ),
)
def check(effect: Created | Changed, ctx: Context) -> Iterator[Finding]:
    made = effect.object if isinstance(effect, Created) else effect.after
    cut = _names(made) - (_names(effect.before) if isinstance(effect, Changed) else set())
    if not cut:
        return
    text = ctx.statement.source.text
    tokens = tokenize(text, ctx.statement.start, ctx.statement.end)
    for i, kind in enumerate(tokens.kind):
        if kind not in (WORD, QUOTED) or tokens.value[i] not in cut:
            continue
        written = text[tokens.start[i] : tokens.end[i]].strip('"')
        if len(written.encode()) > MAX_IDENTIFIER:
            cut.discard(str(tokens.value[i]))
            yield Finding(
                f"this name has {len(written.encode())} bytes, of which the server keeps 63: {tokens.value[i]}",
                at=ctx.locate(ctx.statement, str(tokens.value[i])),
                help="choose a shorter one; another name that begins with the same 63 bytes would be the same",
            )


def _names(obj: object) -> set[str]:
    """The names of an object and its columns that fill all the bytes there are, since only these may have been cut."""
    names = {getattr(obj, "name", "")}
    if isinstance(obj, model.Relation):
        names.update(column.name for column in obj.columns)
    return {name for name in names if len(name) * 4 > MAX_IDENTIFIER - 3 and len(name.encode()) > MAX_IDENTIFIER - 4}
