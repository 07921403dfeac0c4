"""Run statements through the simulator and the rules, and gather what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from schemalint.diagnostics import Diagnostic, SeverityName, StatementRef, Unchecked
from schemalint.lint.context import Batch, Context, Refused, Statement
from schemalint.lint.recovery import made_names, without_fault
from schemalint.lint.rule import Finding, Rule
from schemalint.simulator import Outcome, Simulator
from schemalint.simulator.effects import Created
from schemalint.source import Source, Span
from schemalint.syntax.split import split_statements

MAX_REFUSALS = 20
"""Faults that are looked for within one statement."""


class File(Struct, frozen=True):
    """A file to check. `transaction` says that its runner sends it inside one transaction."""

    source: Source
    transaction: bool = False


class Result(Struct):
    """What a run found, and what it could not check."""

    diagnostics: list[Diagnostic]
    unchecked: list[Unchecked]
    statements: int = 0
    crashes: tuple[str, ...] = ()


class Engine:
    """One batch on one target."""

    def __init__(
        self, simulator: Simulator, rules: Iterable[Rule], severities: dict[str, SeverityName] | None = None
    ) -> None:
        self.simulator = simulator
        self.context = Context(simulator.session)
        self.severities = severities or {}
        self.result = Result([], [])
        self.statements: list[Statement] = []
        self._by_kind: dict[type, list[Rule]] = {}
        for rule in rules:
            for kind in rule.on:
                self._by_kind.setdefault(kind, []).append(rule)

    # --- history

    def replay(self, file: File) -> list[tuple[Source, Span, Outcome]]:
        """Apply a file without judging it; returns what the simulator refused or did not understand."""
        problems = []
        for source, raw, outcome in self._run_file(file):
            if outcome.sqlstate is not None or not outcome.understood:
                problems.append((source, Span(raw.start, raw.end), outcome))
                self._forget_names(outcome)
        return problems

    # --- the batch

    def check(self, file: File) -> None:
        """Check a file's statements, in order."""
        index = 0
        for source, raw, outcome in self._run_file(file):
            index += 1
            statement = Statement(source, index, raw.start, raw.end, outcome, wrapped=file.transaction)
            statement.in_block = self.simulator.session.in_transaction_block
            self._judge(statement)

    def finish(self) -> Result:
        """Run the rules that look at the whole batch."""
        batch = Batch(tuple(self.statements))
        for rule in self._by_kind.get(Batch, ()):
            self._run_rule(rule, batch, None)
        self.result.diagnostics.sort(key=lambda d: d.sort_key)
        self.result.statements = len(self.statements)
        return self.result

    def _run_file(self, file: File) -> Iterable[tuple[Source, Any, Outcome]]:
        simulator, text = self.simulator, file.source.text
        simulator.reconnect()
        self.context.session = simulator.session
        if file.transaction:
            simulator.execute("BEGIN")
        for raw in split_statements(text):
            if raw.kind == "sql":
                yield file.source, raw, simulator.execute_range(text, raw.start, raw.end)
            elif raw.kind == "psql":
                self.result.unchecked.append(Unchecked("psql command skipped", file.source, raw.start, raw.end))
        if simulator.session.in_transaction_block:
            simulator.execute("COMMIT")

    def _judge(self, statement: Statement) -> None:
        outcome = statement.outcome
        self.statements.append(statement)
        if not outcome.understood:
            self._not_understood(statement)
            return
        if outcome.sqlstate is not None:
            self._refused(statement)
        else:
            self._note_changes(statement)
        for reason in statement.outcome.undecided:
            self.result.unchecked.append(Unchecked(reason, statement.source, statement.start, statement.end))
        self._apply_rules(statement)

    def _note_changes(self, statement: Statement) -> None:
        simulator = self.simulator
        statement.before = dict(simulator.catalog.changes_since(simulator.statement_mark))
        for effect in statement.outcome.effects:
            if isinstance(effect, Created):
                self.context.made_in_batch.setdefault(effect.object.address, statement)

    def _refused(self, statement: Statement) -> None:
        """Gather what the server would say one fault after the other, and go on as if they were mended."""
        simulator, outcome, node = self.simulator, statement.outcome, statement.outcome.node
        while outcome.sqlstate is not None:
            statement.refusals.append(_refusal(outcome, first=not statement.refusals))
            simulator.undo()
            if node is None or len(statement.refusals) >= MAX_REFUSALS:
                break
            node = without_fault(node, outcome.start, outcome.end)
            if node is None:
                break
            outcome = simulator.execute_node(statement.source.text, node, statement.start, statement.end)
        if outcome.sqlstate is None:
            statement.outcome = outcome
            statement.node = statement.outcome.node
            self._note_changes(statement)
        else:
            self._forget_names(outcome)

    def _forget_names(self, outcome: Outcome) -> None:
        for name in made_names(outcome.node):
            self.simulator.catalog.make_unknown(name, "a statement that would make it is refused or not understood")

    def _not_understood(self, statement: Statement) -> None:
        self._forget_names(statement.outcome)
        why = "; ".join(statement.outcome.undecided) or "this form is not known"
        self.result.unchecked.append(
            Unchecked(f"not understood: {why}", statement.source, statement.start, statement.end)
        )
        self.result.diagnostics.append(
            Diagnostic(
                rule="not-understood",
                category="correctness",
                severity="warning",
                message=f"schemalint does not understand this statement, so it is not checked: {why}",
                source=statement.source,
                start=statement.outcome.start,
                end=max(statement.outcome.end, statement.outcome.start + 1),
                statement=_reference(statement),
            )
        )

    def _apply_rules(self, statement: Statement) -> None:
        self.context.statement = statement
        for refused in statement.refusals:
            explained = False
            for rule in self._by_kind.get(Refused, ()):
                if rule.name != "refused":
                    explained |= self._run_rule(rule, refused, statement)
            if not explained:
                for rule in self._by_kind.get(Refused, ()):
                    if rule.name == "refused":
                        self._run_rule(rule, refused, statement)
        if statement.node is not None:
            for rule in self._by_kind.get(type(statement.node), ()):
                self._run_rule(rule, statement.node, statement)
        if statement.outcome.sqlstate is None:
            for effect in statement.outcome.effects:
                for rule in self._by_kind.get(type(effect), ()):
                    self._run_rule(rule, effect, statement)

    def _run_rule(self, rule: Rule, subject: object, statement: Statement | None) -> bool:
        found = False
        try:
            for finding in rule.check(subject, self.context):
                found = True
                self.result.diagnostics.append(self._diagnostic(rule, finding, finding.statement or statement, subject))
        except Exception as error:  # a rule that fails must not hide the others, and is exit 2
            where = (
                f" at {statement.source.name}:{statement.source.line_column(statement.start)[0]}" if statement else ""
            )
            self.result.crashes += (f"rule {rule.name} failed{where}: {type(error).__name__}: {error}",)
        return found

    def _diagnostic(self, rule: Rule, finding: Finding, statement: Statement, subject: object) -> Diagnostic:
        start, end = self._place(finding, statement, subject)
        sqlstate = finding.sqlstate or (subject.sqlstate if isinstance(subject, Refused) else None)
        notes = finding.notes
        if isinstance(subject, Refused) and not subject.first:
            notes = (*notes, "the server says this once the faults that it meets first are mended")
        return Diagnostic(
            rule=rule.name,
            category=rule.category,
            severity=self.severities.get(rule.name) or finding.severity or rule.severity,
            message=finding.message,
            source=statement.source,
            start=start,
            end=end,
            sqlstate=sqlstate,
            help=finding.help,
            labels=finding.labels,
            notes=notes,
            fix=finding.fix,
            statement=_reference(statement),
        )

    def _place(self, finding: Finding, statement: Statement, subject: object) -> tuple[int, int]:
        at: Any = finding.at if finding.at is not None else subject
        start, end = getattr(at, "start", -1), getattr(at, "end", -1)
        if start < 0:
            start, end = statement.keyword
        word = finding.word or (subject.word if isinstance(subject, Refused) and finding.at is None else None)
        if word:
            from schemalint.lint.context import locate

            span = locate(statement.source.text, start, end, word)
            if span is not None:
                return span
        return start, max(end, start + 1)


def _refusal(outcome: Outcome, *, first: bool) -> Refused:
    assert outcome.sqlstate is not None
    return Refused(
        outcome.sqlstate,
        outcome.message or "",
        outcome.start,
        outcome.end,
        outcome.word,
        outcome.detail,
        outcome.hint,
        outcome.node,
        outcome.objects,
        first,
    )


def _reference(statement: Statement) -> StatementRef:
    return StatementRef(statement.index, statement.source.line_column(statement.start)[0], statement.kind)


def run(
    simulator: Simulator,
    rules: Iterable[Rule],
    files: Sequence[File],
    history: Sequence[File] = (),
    severities: dict[str, SeverityName] | None = None,
) -> Result:
    """Replay `history`, check `files`, and say what was found."""
    engine = Engine(simulator, rules, severities)
    for file in history:
        for source, span, outcome in engine.replay(file):
            said = outcome.message or "; ".join(outcome.undecided) or "not understood"
            engine.result.unchecked.append(
                Unchecked(f"history does not replay here: {said}", source, span.start, span.end)
            )
    engine.result.statements = 0
    for file in files:
        engine.check(file)
    return engine.finish()
