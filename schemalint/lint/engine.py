"""Run statements through the simulator and the rules, and gather what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from schemalint.catalog import model
from schemalint.diagnostics import Diagnostic, Label, SeverityName, StatementRef, Unchecked
from schemalint.lint.context import Batch, Context, Refused, Statement, locate
from schemalint.lint.files import File
from schemalint.lint.loader import check_of
from schemalint.lint.metadata import Rule
from schemalint.lint.parallel import check_in_two, share_of
from schemalint.lint.psql import hides_statements
from schemalint.lint.recovery import made_names, stand_ins, without_fault
from schemalint.lint.rule import Finding
from schemalint.lint.sizes import Thresholds, duration, for_size
from schemalint.simulator import Outcome, Simulator
from schemalint.simulator.effects import Created, Dropped
from schemalint.syntax.nodes import Node
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import RawStatement, split_statements

if TYPE_CHECKING:
    from schemalint.lint.preflight import Question

MAX_REFUSALS = 20
"""Faults that are looked for within one statement."""

MAX_STATEMENT = 2_000_000
"""Characters of a statement that is read; what is longer is data, and would take minutes."""


_ABOUT_TYPES = frozenset(("42883", "42804", "42704", "42846", "22P02", "42P17", "42725", "42P38"))
"""SQLSTATEs of refusals that depend on the types of columns."""


_MISSING = frozenset(("42P01", "42704", "3F000"))
"""SQLSTATEs of refusals since a table, type or schema is not there."""

_NO_LINE_END = re.compile(r"[^\r\n]")

_WORDS = re.compile(r"[^\W\d]\w*")

_PLACEHOLDER = re.compile(r"\$\{[\w.:-]+\}|\{\{[^{}\n]+\}\}|<%=?[^%\n]+%>")
"""What migration runners fill in before they send a statement: ${schema}, {{ schema }}, <%= schema %>."""


class Result(Struct):
    """What a run found, and what it could not check."""

    diagnostics: list[Diagnostic]
    unchecked: list[Unchecked]
    statements: int = 0
    crashes: tuple[str, ...] = ()
    questions: list[Question] = []


def replay(simulator: Simulator, file: File, *, whole: bool = True) -> list[Unchecked]:
    """Apply a file that has been applied already: no rules. Returns what could not be.

    whole  the files are known to hold everything; otherwise the first that names what no file made shows that there is more,
           and the catalog is open from then on
    """
    problems = []
    for raw, outcome in run_file(simulator, file):
        if outcome is None:
            problems.append(
                Unchecked("a psql command that may run statements is skipped", file.source, raw.start, raw.end)
            )
        elif outcome.sqlstate is not None or not outcome.understood:
            said = outcome.message or "; ".join(outcome.undecided) or "not understood"
            problems.append(Unchecked(f"does not replay: {said}", file.source, raw.start, raw.end))
            if outcome.sqlstate is not None:
                simulator.undo()  # it has been applied, so the transaction around it went on
                if not whole and outcome.sqlstate in _MISSING:
                    simulator.catalog.closed = False
            forget_names(simulator, outcome)
    return problems


def check_files(
    simulator: Simulator,
    rules: Iterable[Rule],
    files: Sequence[File],
    severities: dict[str, SeverityName] | None = None,
    thresholds: Thresholds | None = None,
    *,
    asks: bool = False,
) -> Result:
    """Check files in order, as one batch; with `asks`, note what only the rows can answer."""
    engine = Engine(simulator, rules, severities, thresholds)
    engine.asks = asks
    if not asks and all(file.back is None for file in files) and (count := share_of(files, engine)) > 0:
        check_in_two(engine, files, count)
        return engine.finish()
    for file in files:
        if file.back is None:
            engine.check(file)
        else:
            from schemalint.lint.ways_back import check_both_ways

            check_both_ways(engine, file, file.back)
    return engine.finish()


def run_file(simulator: Simulator, file: File) -> Iterator[tuple[RawStatement, Outcome | None]]:
    """Send a file's statements in a session of its own; None stands for a command of psql that may hide statements."""
    if not file.continues:
        simulator.reconnect()
    for part in file.ranges():
        text = (file.sent or file.source.text)[: part.end]
        if part.start:
            text = _NO_LINE_END.sub(" ", text[: part.start]) + text[part.start :]
        if part.transaction and not simulator.session.in_transaction_block:
            simulator.execute("BEGIN")
        for raw in split_statements(text):
            if raw.kind == "sql":
                yield raw, _execute(simulator, text, raw)
            elif raw.kind == "psql" and hides_statements(text[raw.start : raw.end]):
                yield raw, None
        if simulator.session.in_transaction_block and not file.goes_on:
            simulator.execute("COMMIT")


def _execute(simulator: Simulator, text: str, raw: RawStatement) -> Outcome:
    if raw.end - raw.start > MAX_STATEMENT:
        why = f"it is longer than {MAX_STATEMENT // 1_000_000} million characters"
        return Outcome(start=raw.start, end=raw.start + 1, understood=False, undecided=(why,))
    outcome = _guarded(simulator, lambda: simulator.execute_range(text, raw.start, raw.end), text, raw.start, raw.end)
    if outcome.sqlstate == "42601" and (placeholder := _PLACEHOLDER.search(text, raw.start, raw.end)) is not None:
        simulator.undo()
        why = f"the runner fills in {placeholder[0]}, and what with is not known"
        return Outcome(start=placeholder.start(), end=placeholder.end(), understood=False, undecided=(why,))
    return outcome


def _guarded(simulator: Simulator, execute: Callable[[], Outcome], text: str, start: int, end: int) -> Outcome:
    """A bug in the model of one kind of statement must not hide what is wrong with the others."""
    try:
        return execute()
    except Exception as error:
        if os.environ.get("SCHEMALINT_DEBUG"):
            raise
        simulator.undo()
        why = f"internal error, {type(error).__name__}: {error}".splitlines()[0][:200]
    try:
        node = parse_statement(text, start, end, simulator.catalog.version)
    except Exception:
        node = None
    return Outcome(start=start, end=end, understood=False, undecided=(why,), node=node)


def forget_names(simulator: Simulator, outcome: Outcome) -> None:
    """What a statement would have made may or may not be there from now on."""
    for name in made_names(outcome.node):
        simulator.catalog.make_unknown(name, "a statement that would make it is refused or not understood")


class Engine:
    """One batch on one target."""

    def __init__(
        self,
        simulator: Simulator,
        rules: Iterable[Rule],
        severities: dict[str, SeverityName] | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self.simulator = simulator
        self.context = Context(simulator.session)
        self.context.thresholds = thresholds or Thresholds()
        self.severities = severities or {}
        self.asks = False  # what only the rows can answer is noted
        self.result = Result([], [])
        self.statements = self.context.statements
        self._guessed: set[tuple[str, str]] = set()  # (table, column) whose type had to be guessed
        self._places: dict[str, int] = {}  # file -> its place in the run
        self._by_kind: dict[str, list[Rule]] = {}  # name of a type -> rules that look at it
        self._wanted: dict[
            tuple[type, type], list[Rule]
        ] = {}  # (effect, statement) -> rules that look at such effects of such
        self._checks: dict[str, Callable[[Any, Context], Iterator[Finding]]] = {}
        self._following = False
        self._rules = tuple(rules)
        for rule in self._rules:
            for kind in rule.on:
                self._by_kind.setdefault(kind, []).append(rule)

    def branch(self) -> Engine:
        """An engine on the same simulator, for statements that the batch's others do not build on."""
        made = Engine(self.simulator, self._rules, self.severities, self.context.thresholds)
        made.context.made_in_batch = dict(self.context.made_in_batch)
        made._places = self._places
        return made

    def check(self, file: File) -> None:
        """Check a file's statements, in order."""
        for _ in self.judged(file):
            pass

    def follow(self, files: Sequence[File]) -> None:
        """Go on as if the files had been checked, without asking the rules; what cannot be checked in them is noted."""
        known = len(self.result.diagnostics)
        self._following = True
        for file in files:
            self.check(file)
        self._following = False
        del self.result.diagnostics[known:]

    def judged(self, file: File) -> Iterator[Statement]:
        """As check; each statement as soon as it is judged, while the catalog is as it leaves it."""
        index, session = 0, self.context.session
        self._places.setdefault(file.source.name, len(self._places))
        for raw, outcome in run_file(self.simulator, file):
            if session is not self.simulator.session:
                session = self.context.session = self.simulator.session
            if outcome is None:
                why = "a psql command that may run statements is skipped"
                self.result.unchecked.append(Unchecked(why, file.source, raw.start, raw.end))
                continue
            index += 1
            statement = Statement(file.source, index, raw.start, raw.end, outcome, wrapped=file.wraps(raw.start))
            statement.in_block, statement.way_out = session.in_transaction_block, file.way_out
            self._judge(statement)
            yield statement

    def finish(self) -> Result:
        """Run the rules that look at the whole batch."""
        batch = Batch(tuple(self.statements))
        kinds = {type(statement.node).__name__ for statement in self.statements}
        for rule in self._by_kind.get("Batch", ()):
            if not rule.kinds or not kinds.isdisjoint(rule.kinds):
                self._run_rule(rule, batch, None)
        self.result.diagnostics.sort(key=lambda d: (self._places[d.source.name], d.sort_key))
        self.result.statements += len(self.statements)
        return self.result

    def _judge(self, statement: Statement) -> None:
        outcome = statement.outcome
        self.statements.append(statement)
        if not outcome.understood:
            self._not_understood(statement)
        elif outcome.sqlstate is not None:
            self._refused(statement)
        else:
            self._note_changes(statement)
        if statement.outcome.undecided and statement.outcome.understood:
            self._presume(statement)
            forget_names(self.simulator, statement.outcome)
            for reason in statement.outcome.undecided:
                self.result.unchecked.append(Unchecked(reason, statement.source, statement.start, statement.end))
        if not self._following:
            self._apply_rules(statement)
        if self.asks:
            from schemalint.lint.preflight import questions

            self.result.questions += questions(self.context, statement)

    def _note_changes(self, statement: Statement) -> None:
        simulator, context = self.simulator, self.context
        statement.before = dict(simulator.catalog.changes_since(simulator.statement_mark))
        for effect in statement.outcome.effects:
            if isinstance(effect, Created):
                context.made_in_batch.setdefault(effect.object.address, statement)
                context.made_by[effect.object.address] = statement
            elif isinstance(effect, Dropped) and effect.column is None and isinstance(effect.object, model.Relation):
                context.dropped[effect.object.oid] = statement

    def _presume(self, statement: Statement) -> None:
        """Where the catalog is open, what it does not hold is taken to exist."""
        if statement.node is not None and statement.outcome.accepted and not self.simulator.catalog.closed:
            from schemalint.lint.presumed import presumed_effects

            self.context.statement = statement
            statement.presumed = presumed_effects(self.context, statement.node)

    def _refused(self, statement: Statement) -> None:
        """Gather what the server would say one fault after the other, and go on as if they were mended."""
        simulator, outcome, node = self.simulator, statement.outcome, statement.outcome.node
        if self._rests_on_a_guess(statement):
            simulator.undo()
            forget_names(simulator, outcome)
            why = "it uses a column whose type does not exist yet"
            self.result.unchecked.append(Unchecked(why, statement.source, statement.start, statement.end))
            return
        while outcome.sqlstate is not None:
            statement.refusals.append(_refusal(outcome, first=not statement.refusals))
            simulator.undo()
            if node is None or len(statement.refusals) >= MAX_REFUSALS:
                break
            permitted = self._permitted(statement, node, outcome) if outcome.sqlstate == "42501" else None
            if permitted is not None:
                outcome = permitted
                continue
            mended = without_fault(node, outcome.start, outcome.end, outcome.sqlstate or "", outcome.word)
            if mended is None:
                break
            self._guessed.update(stand_ins(node, mended))
            node = mended
            outcome = _guarded(
                simulator, self._again(statement, node), statement.source.text, statement.start, statement.end
            )
        self.simulator.session.permitted = False
        if outcome.accepted:
            statement.outcome = outcome
            self._note_changes(statement)
        else:
            forget_names(simulator, outcome)

    def _permitted(self, statement: Statement, node: Node, refused: Outcome) -> Outcome | None:
        """What the server would say to a role that may do it; None when that makes no difference."""
        session = self.simulator.session
        if session.permitted:
            return None
        session.permitted = True
        again = self._again(statement, node)
        outcome = _guarded(self.simulator, again, statement.source.text, statement.start, statement.end)
        if (outcome.sqlstate, outcome.message) != (refused.sqlstate, refused.message):
            return outcome
        self.simulator.undo()
        return None

    def _rests_on_a_guess(self, statement: Statement) -> bool:
        """Whether a refusal may be due to the type that was put in for one that does not exist."""
        outcome = statement.outcome
        if not self._guessed or outcome.sqlstate not in _ABOUT_TYPES:
            return False
        words = set(_WORDS.findall(statement.text.lower()))
        return any(table.lower() in words and column.lower() in words for table, column in self._guessed)

    def _again(self, statement: Statement, node: Node) -> Callable[[], Outcome]:
        text = statement.source.text
        return lambda: self.simulator.execute_node(text, node, statement.start, statement.end)

    def _not_understood(self, statement: Statement) -> None:
        forget_names(self.simulator, statement.outcome)
        why = "; ".join(statement.outcome.undecided) or "this form is not known"
        outcome = statement.outcome
        whole = outcome.node is not None or outcome.end <= outcome.start
        start, end = statement.keyword if whole else (outcome.start, outcome.end)
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
                start=start,
                end=end,
                statement=_reference(statement),
            )
        )

    def _apply_rules(self, statement: Statement) -> None:
        self.context.statement = statement
        for refused in statement.refusals:
            explained = False
            for rule in self._by_kind.get("Refused", ()):
                if rule.name == "refused" or statement.node is None:  # a syntax error needs no explanation
                    continue
                if not rule.sqlstates or refused.sqlstate in rule.sqlstates:
                    explained |= self._run_rule(rule, refused, statement)
            if not explained:
                for rule in self._by_kind.get("Refused", ()):
                    if rule.name == "refused":
                        self._run_rule(rule, refused, statement)
        if statement.node is not None:
            for rule in self._by_kind.get(type(statement.node).__name__, ()):
                self._run_rule(rule, statement.node, statement)
        if statement.outcome.accepted:
            for effect in statement.effects:
                for rule in self._looking_at(type(effect), type(statement.node)):
                    self._run_rule(rule, effect, statement)

    def _looking_at(self, effect: type, node: type) -> list[Rule]:
        wanted = self._wanted.get((effect, node))
        if wanted is None:
            rules = self._by_kind.get(effect.__name__, ())
            wanted = [rule for rule in rules if not rule.kinds or node.__name__ in rule.kinds]
            self._wanted[effect, node] = wanted
        return wanted

    def _run_rule(self, rule: Rule, subject: object, statement: Statement | None) -> bool:
        found = False
        try:
            check = self._checks.get(rule.name)
            if check is None:
                check = self._checks[rule.name] = check_of(rule)
            for finding in check(subject, self.context):
                found = True
                of = finding.statement or statement
                if of is None:
                    raise TypeError("a finding of a rule on Batch must name its statement")
                self.result.diagnostics.append(self._diagnostic(rule, finding, of, subject))
        except Exception as error:  # a rule that fails must not hide the others, and is exit 2
            where = (
                f" at {statement.source.name}:{statement.source.line_column(statement.start)[0]}" if statement else ""
            )
            self.result.crashes += (f"rule {rule.name} failed{where}: {type(error).__name__}: {error}",)
        return found

    def _diagnostic(self, rule: Rule, finding: Finding, statement: Statement, subject: object) -> Diagnostic:
        start, end = self._place(finding, statement, subject)
        sqlstate = finding.sqlstate or (subject.sqlstate if isinstance(subject, Refused) else None)
        notes, labels, severity = finding.notes, finding.labels, finding.severity or rule.severity
        if finding.relation is not None:
            severity, label = self._sized(finding, severity)
            labels = (*labels, label)
        if finding.relation is not None and finding.work is not None and self.simulator.catalog.loader is not None:
            from schemalint.lint import preflight  # only where there are rows: a live database, or a snapshot of one

            notes = (*notes, *(() if self.asks else preflight.notes(self.context, statement, finding.relation)))
        if isinstance(subject, Refused):
            notes = (*notes, *_server_words(subject, finding.message))
        return Diagnostic(
            rule=rule.name,
            category=rule.category,
            severity=self.severities.get(rule.name) or severity,
            message=finding.message,
            source=statement.source,
            start=start,
            end=end,
            sqlstate=sqlstate,
            help=finding.help,
            labels=labels,
            notes=notes,
            fix=finding.fix,
            statement=_reference(statement),
        )

    def _sized(self, finding: Finding, severity: SeverityName) -> tuple[SeverityName, Label]:
        """The severity for the table's size, and a label that says that size and how long the work takes."""
        context, oid = self.context, finding.relation
        assert oid is not None
        rows, size = context.rows(oid), context.bytes(oid)
        said = context.size_of(oid)
        if finding.work is not None and (takes := duration(finding.work, rows, size)):
            said = f"{said}; {takes}"
        label = Label("its size is not known" if rows is None and size is None else said, fact=context.table(oid))
        return for_size(severity, rows, context.thresholds), label

    def _place(self, finding: Finding, statement: Statement, subject: object) -> tuple[int, int]:
        at: Any = finding.at if finding.at is not None else subject
        start, end = getattr(at, "start", -1), getattr(at, "end", -1)
        if start < 0:
            start, end = statement.keyword
        word = finding.word or (subject.word if isinstance(subject, Refused) and finding.at is None else None)
        if word:
            span = locate(statement.source.text, start, end, word)
            if span is not None:
                return span
        return start, max(end, start + 1)


def _server_words(refused: Refused, message: str) -> tuple[str, ...]:
    """What the server would say, where the rule says it otherwise, and whether it would say something else first."""
    when = "" if refused.first else ", once what it meets first is mended"
    if refused.message != message:
        return (f"the server says{when}: {refused.message}",)
    return (f"the server says this{when}",) if when else ()


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
