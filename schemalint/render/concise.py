"""One line for each finding, as compilers print them."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Report
from schemalint.render.columns import shown


def render(report: Report) -> Iterator[str]:
    """`file:line:column: severity: message [rule]`."""
    for d in report.diagnostics:
        line, column = d.source.line_column(d.start)
        state = f" ({d.sqlstate})" if d.sqlstate else ""
        yield f"{shown(d.source.name)}:{line}:{column}: {d.severity}: {shown(d.message)}{state} [{d.rule}]"
    for item in report.not_checked:
        where = ""
        if item.source is not None:
            where = f"{shown(item.source.name)}:{item.source.line_column(max(item.start, 0))[0]}: "
        yield f"{where}not checked: {shown(item.reason)}"
