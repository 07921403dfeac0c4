"""Which patterns the server compiles, and what the ones it does compile can match (regcomp.c).

The server's parser recurses; this one keeps its own stack, so that a pattern of ten thousand parentheses is judged
rather than crashing the judge.
"""

from __future__ import annotations

import msgspec

from schemalint.semantics.regex import lexer as tokens
from schemalint.semantics.regex.brackets import read_bracket, readings
from schemalint.semantics.regex.lexer import Lexer
from schemalint.semantics.regex.measures import (
    CONSTRAINT,
    EMPTY,
    STACK,
    Measure,
    alternate,
    character,
    concatenate,
    in_parentheses,
    never,
    repeat,
)
from schemalint.semantics.regex.options import Options, read_prefixes
from schemalint.semantics.regex.refusals import Refused

MOST_REPETITIONS = 255  # DUPMAX
# States on the longest path that a parenthesis adds, at least.
CAPTURE_STATES = 2
GROUP_STATES = 4

# The server's parser recurses into a parenthesis, and into what follows a capturing one; bytes of stack, measured.
BYTES_PER_LEVEL = 220
BYTES_PER_CAPTURE = 140

_AT_START = msgspec.structs.replace(CONSTRAINT, starts=True, empty_at_start=True)
_AT_END = msgspec.structs.replace(CONSTRAINT, ends=True, empty_at_end=True)
_AT_LINE_START = msgspec.structs.replace(CONSTRAINT, empty_at_start=True)
_AT_LINE_END = msgspec.structs.replace(CONSTRAINT, empty_at_end=True)
_CONSTRAINTS = {
    tokens.STRING_START: _AT_START,
    tokens.STRING_END: _AT_END,
    tokens.WORD_START: CONSTRAINT,
    tokens.WORD_END: CONSTRAINT,
    tokens.WORD_EDGE: CONSTRAINT,
    tokens.NOT_WORD_EDGE: CONSTRAINT,
}


class _Level:
    """What is open: the pattern itself, a parenthesis or a lookaround."""

    def __init__(self, at: int, look: str = "", group: int = 0, in_look: bool = False) -> None:
        self.at = at
        self.look = look
        self.group = group
        self.in_look = in_look
        self.branches: Measure | None = None
        self.branch = EMPTY
        self.captures = 0  # capturing parentheses in the current branch


class Parsed(msgspec.Struct, frozen=True):
    """A pattern that compiles."""

    options: Options
    measure: Measure
    groups: int
    back_references: bool


class Parser:
    def __init__(self, pattern: str, options: Options) -> None:
        options, start = read_prefixes(pattern, options)
        self.options = options
        self.lexer = Lexer(pattern, start, options)
        self.groups: dict[int, Measure] = {}  # closed capturing groups
        self.back_references = False
        self.levels = [_Level(start)]
        self.captures = 0  # in the current branches of all levels

    def parse(self) -> Parsed:
        """The whole pattern (parse()). Raises Refused."""
        lexer = self.lexer
        while True:
            level = self.levels[-1]
            if lexer.kind == "|":
                lexer.advance()
                self._end_branch(level)
            elif lexer.kind == tokens.END_OF_PATTERN:
                break
            elif lexer.kind == ")" and len(self.levels) > 1:
                self._close()
            else:
                self._item(level)
        if len(self.levels) > 1:
            raise Refused("EPAREN", self.levels[-1].at)
        measure = self._end_branch(level)
        if measure.cost.too_complex(measure.starts):
            raise Refused("ETOOBIG", None)
        return Parsed(self.options, measure, lexer.groups, self.back_references)

    def _end_branch(self, level: _Level) -> Measure:
        """All branches of a level so far, the current one included."""
        self.captures -= level.captures
        level.captures = 0
        level.branches = alternate(level.branches, level.branch)
        level.branch = EMPTY
        return level.branches

    def _item(self, level: _Level) -> None:
        """A constraint, an atom with its quantifier, or the opening of a parenthesis (parseqatom())."""
        lexer = self.lexer
        kind = lexer.kind
        if kind in ("^", "$") or kind in _CONSTRAINTS:
            level.branch = concatenate(level.branch, self._constraint(kind))
            lexer.advance()
        elif kind == tokens.LOOK:
            self._push(_Level(lexer.at, look=lexer.name, in_look=True))
        elif kind == "(":
            self._open(level)
        elif kind in ("*", "+", "?", "{"):
            raise Refused("BADRPT", lexer.at)
        else:
            self._quantify(level, self._atom(level))

    def _constraint(self, kind: str) -> Measure:
        if kind == "^":
            return _AT_LINE_START if self.options.newline_anchor else _AT_START
        if kind == "$":
            return _AT_LINE_END if self.options.newline_anchor else _AT_END
        return _CONSTRAINTS[kind]

    def _open(self, level: _Level) -> None:
        group = 0
        if self.lexer.capturing and not level.in_look:
            self.lexer.groups += 1
            group = self.lexer.groups
        self._push(_Level(self.lexer.at, group=group, in_look=level.in_look))

    def _push(self, level: _Level) -> None:
        self.levels.append(level)
        if len(self.levels) * BYTES_PER_LEVEL + self.captures * BYTES_PER_CAPTURE > STACK:
            raise Refused("ETOOBIG", None)
        self.lexer.advance()

    def _close(self) -> None:
        level = self.levels.pop()
        outer = self.levels[-1]
        inside = self._end_branch(level)
        self.lexer.advance()
        if level.look:
            outer.branch = concatenate(outer.branch, _looked(level.look, inside))
            return
        atom = in_parentheses(inside, CAPTURE_STATES if level.group else GROUP_STATES)
        if level.group:
            self.groups[level.group] = atom
            outer.captures += 1
            self.captures += 1
        self._quantify(outer, atom)

    def _atom(self, level: _Level) -> Measure:
        lexer = self.lexer
        kind = lexer.kind
        if kind == ")":
            # a parenthesis that closes nothing is an ordinary character in EREs, by a botch of their specification
            if self.options.advanced or not self.options.extended:
                raise Refused("EPAREN", lexer.at)
            kind = tokens.PLAIN
        if kind == tokens.BACKREF:
            return self._back_reference(level)
        if kind == "[":
            return read_bracket(lexer)
        if kind == ".":
            atom = character(None, any_character=not self.options.newline_stop)
        elif kind == tokens.PLAIN:
            atom = character(readings(lexer.code, self.options.ignore_case))
        else:
            atom = character(None)  # \d and its siblings
        lexer.advance()
        return atom

    def _back_reference(self, level: _Level) -> Measure:
        lexer = self.lexer
        group = self.groups.get(lexer.code)
        if group is None or level.in_look:
            raise Refused("ESUBREG", lexer.at)
        self.back_references = True
        lexer.advance()
        if group.dead:
            return group
        return Measure(
            shortest=group.shortest, longest=group.longest, strings=group.strings, heads=group.heads, cost=group.cost
        )

    def _quantify(self, level: _Level, atom: Measure) -> None:
        lexer = self.lexer
        if lexer.kind == "{":
            least, most = self._bound()
        elif lexer.kind in ("*", "+", "?"):
            least = 1 if lexer.kind == "+" else 0
            most = 1 if lexer.kind == "?" else None
            lexer.advance()
        else:
            least, most = 1, 1
        level.branch = concatenate(level.branch, repeat(atom, least, most))

    def _bound(self) -> tuple[int, int | None]:
        lexer = self.lexer
        at = lexer.at
        lexer.advance()
        least = self._count(at)
        most: int | None = least
        if lexer.kind == ",":
            lexer.advance()
            most = self._count(at) if lexer.kind == tokens.DIGIT else None
            if most is not None and least > most:
                raise Refused("BADBR", at)
        if lexer.kind != "}":
            raise Refused("BADBR", at)
        lexer.advance()
        return least, most

    def _count(self, at: int) -> int:
        """A number of at most DUPMAX (scannum())."""
        lexer = self.lexer
        number = 0
        while lexer.kind == tokens.DIGIT and number < MOST_REPETITIONS:
            number = number * 10 + lexer.code
            lexer.advance()
        if lexer.kind == tokens.DIGIT or number > MOST_REPETITIONS:
            raise Refused("BADBR", at)
        return number


def _looked(look: str, inside: Measure) -> Measure:
    """A lookaround as a constraint; its own automaton is separate, so it adds nothing to the cost."""
    if look.endswith("!"):
        if inside.empty:
            return never(CONSTRAINT.cost)
        return EMPTY if inside.dead else CONSTRAINT
    if inside.dead:
        return never(CONSTRAINT.cost)
    ahead = not look.startswith("<")
    nothing = inside.longest == 0
    return msgspec.structs.replace(
        CONSTRAINT,
        starts=inside.starts and (ahead or nothing),
        ends=inside.ends and (not ahead or nothing),
        empty=inside.empty,
        empty_at_start=inside.empty,
        empty_at_end=inside.empty,
    )
