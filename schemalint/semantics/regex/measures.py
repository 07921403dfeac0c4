"""What can be said of a piece of a pattern from what can be said of its parts.

A Measure is computed bottom up while the pattern is read, so no tree is kept and nothing here recurses. Everything that
describes matches errs on the safe side: `strings` is a superset, lengths are bounds, and a True is always a proof.
"""

from __future__ import annotations

from itertools import product

import msgspec

MOST_STRINGS = 64
MOST_CHARACTERS = 4096

# The server refuses a pattern whose compilation recurses too deep or needs too much memory (REG_ETOOBIG). Copying an
# automaton takes a stack frame for each state on its path. STACK is max_stack_depth's default; the sizes of frames are
# the smallest measured on builds of 14 to 18 for x86_64. SPACE is REG_MAX_COMPILE_SPACE of a 64-bit server.
STACK = 2 * 1024**2
BYTES_PER_STEP = 48
BYTES_PER_STATE = 56
BYTES_PER_ARC = 72
SPACE = 500_000 * (BYTES_PER_STATE + 4 * BYTES_PER_ARC)


class Cost(msgspec.Struct, frozen=True):
    """Size of the automaton, never more than what the server builds.

    `depth` is its longest path in states. Once empty transitions are gone it has `first` states to begin in, `last` arcs
    that may be the final ones, `edge` of them out of the first states, and `follow` arcs in all, `first_follow` of them
    out of the first states.
    """

    states: int = 0
    depth: int = 0
    first: int = 0
    last: int = 0
    edge: int = 0
    follow: int = 0
    first_follow: int = 0
    nullable: bool = True

    def too_complex(self, anchored: bool) -> bool:
        # to search for a match anywhere, makesearch() copies what leaves the first states
        arcs = max(self.states, self.follow + (0 if anchored else self.first_follow))
        space = self.states * BYTES_PER_STATE + arcs * BYTES_PER_ARC
        return self.depth * BYTES_PER_STEP > STACK or space > SPACE


class Measure(msgspec.Struct, frozen=True):
    """A piece of a pattern.

    `longest` None: unbounded. `strings`: every text it can match is one of these; None when they are too many to list.
    `heads`: every text it matches starts with one of these. `starts`, `ends`: matches only at the start, end, of the
    string. `dead`: never matches. `empty`, `empty_at_start`, `empty_at_end`: matches the empty text anywhere, at the
    start, at the end, of every string. `any_character`: matches each single character. `any_string`: can match every
    string as a whole.
    """

    shortest: int = 0
    longest: int | None = 0
    strings: frozenset[str] | None = frozenset({""})
    heads: frozenset[str] = frozenset({""})
    starts: bool = False
    ends: bool = False
    dead: bool = False
    empty: bool = False
    empty_at_start: bool = False
    empty_at_end: bool = False
    any_character: bool = False
    any_string: bool = False
    cost: Cost = Cost()


NO_STRINGS: frozenset[str] = frozenset()
NOTHING_KNOWN = frozenset({""})
EMPTY = Measure(empty=True, empty_at_start=True, empty_at_end=True)
CONSTRAINT = Measure()


def never(cost: Cost) -> Measure:
    """A piece that cannot match."""
    return Measure(strings=NO_STRINGS, heads=NO_STRINGS, dead=True, cost=cost)


def character(choices: frozenset[str] | None, any_character: bool = False) -> Measure:
    """One character out of `choices`, or out of a set too large to list."""
    heads = NOTHING_KNOWN if choices is None else choices
    cost = Cost(states=1, depth=1, first=1, last=1, edge=1, nullable=False)
    return Measure(
        shortest=1,
        longest=1,
        strings=choices,
        heads=heads,
        any_character=any_character,
        cost=cost,
        dead=heads == NO_STRINGS,
    )


def concatenate(left: Measure, right: Measure) -> Measure:
    """`left` followed by `right`."""
    if left is EMPTY:
        return right
    cost = _concatenate_costs(left.cost, right.cost)
    blocked = (right.starts and left.shortest > 0) or (left.ends and right.shortest > 0)
    if left.dead or right.dead or blocked:
        return never(cost)
    return Measure(
        shortest=left.shortest + right.shortest,
        longest=None if left.longest is None or right.longest is None else left.longest + right.longest,
        strings=None if left.strings is None or right.strings is None else _joined(left.strings, right.strings),
        heads=left.heads if left.strings is None else _joined(left.strings, right.heads) or left.strings,
        starts=left.starts or right.starts,
        ends=left.ends or right.ends,
        empty=left.empty and right.empty,
        empty_at_start=left.empty_at_start and right.empty_at_start,
        empty_at_end=left.empty_at_end and right.empty_at_end,
        any_character=(left.any_character and right.empty) or (left.empty and right.any_character),
        any_string=(left.any_string and right.empty_at_end) or (left.empty_at_start and right.any_string),
        cost=cost,
    )


def alternate(left: Measure | None, right: Measure) -> Measure:
    """`left` or `right`; None for a first branch."""
    if left is None:
        return right
    cost = _alternate_costs(left.cost, right.cost)
    if left.dead or right.dead:
        return msgspec.structs.replace(right if left.dead else left, cost=cost)
    return Measure(
        shortest=min(left.shortest, right.shortest),
        longest=None if left.longest is None or right.longest is None else max(left.longest, right.longest),
        strings=None if left.strings is None or right.strings is None else _bounded(left.strings | right.strings),
        heads=_bounded(left.heads | right.heads) or NOTHING_KNOWN,
        starts=left.starts and right.starts,
        ends=left.ends and right.ends,
        empty=left.empty or right.empty,
        empty_at_start=left.empty_at_start or right.empty_at_start,
        empty_at_end=left.empty_at_end or right.empty_at_end,
        any_character=left.any_character or right.any_character,
        any_string=left.any_string or right.any_string,
        cost=cost,
    )


def repeat(atom: Measure, least: int, most: int | None) -> Measure:
    """`atom` taken `least` to `most` times."""
    if least == most == 1:
        return atom
    if most == 0:
        return EMPTY
    cost = _repeat_cost(atom.cost, least, most)
    optional = least == 0
    if atom.dead:
        return msgspec.structs.replace(EMPTY, cost=cost) if optional else never(cost)
    if least > 1 and atom.shortest > 0 and (atom.starts or atom.ends):
        return never(cost)
    strings = _repeated(atom.strings, least, most)
    return Measure(
        shortest=atom.shortest * least,
        longest=0 if atom.longest == 0 else None if atom.longest is None or most is None else atom.longest * most,
        strings=strings,
        heads=strings if strings is not None else NOTHING_KNOWN if optional else _repeated_heads(atom, least),
        starts=atom.starts and not optional,
        ends=atom.ends and not optional,
        empty=optional or atom.empty,
        empty_at_start=optional or atom.empty_at_start,
        empty_at_end=optional or atom.empty_at_end,
        any_character=atom.any_character and least <= 1,
        any_string=(atom.any_string and least <= 1) or (atom.any_character and optional and most is None),
        cost=cost,
    )


def _joined(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    if len(left) * len(right) > MOST_STRINGS:
        return None
    return _bounded(frozenset(head + tail for head, tail in product(left, right)))


def _bounded(strings: frozenset[str]) -> frozenset[str] | None:
    too_many = len(strings) > MOST_STRINGS or sum(map(len, strings)) > MOST_CHARACTERS
    return None if too_many else strings


def _repeated(strings: frozenset[str] | None, least: int, most: int | None) -> frozenset[str] | None:
    """The texts of `least` to `most` of `strings`, or None when they are too many."""
    if strings is None or strings == NOTHING_KNOWN:
        return strings
    if most is None:
        return None
    if len(strings) == 1:
        (only,) = strings
        fits = len(only) * most <= MOST_CHARACTERS and most - least < MOST_STRINGS
        return _bounded(frozenset(only * count for count in range(least, most + 1))) if fits else None
    found = exactly = NOTHING_KNOWN
    for count in range(1, most + 1):
        joined = _joined(exactly, strings)
        if joined is None:
            return None
        exactly = joined
        if count <= least:
            found = exactly
        else:
            united = _bounded(found | exactly)
            if united is None:
                return None
            found = united
    return found


def _repeated_heads(atom: Measure, least: int) -> frozenset[str]:
    if atom.strings is None:
        return atom.heads
    heads = atom.strings
    for _ in range(least - 1):
        longer = _joined(heads, atom.strings)
        if longer is None or longer == heads:
            break
        heads = longer
    return heads


def _concatenate_costs(left: Cost, right: Cost) -> Cost:
    return Cost(
        states=left.states + right.states,
        depth=left.depth + right.depth,
        first=left.first + (right.first if left.nullable else 0),
        last=right.last + (left.last if right.nullable else 0),
        edge=(left.edge if right.nullable else 0) + (right.edge if left.nullable else 0),
        follow=left.follow + right.follow + left.last * right.first,
        first_follow=left.first_follow + left.edge * right.first + (right.first_follow if left.nullable else 0),
        nullable=left.nullable and right.nullable,
    )


def _alternate_costs(left: Cost, right: Cost) -> Cost:
    """Branches share the state they begin in, and equal arcs out of it are one."""
    return Cost(
        states=left.states + right.states,
        depth=max(left.depth, right.depth),
        first=left.first + right.first - (1 if left.first and right.first else 0),
        last=max(left.last, right.last),
        edge=max(left.edge, right.edge),
        follow=left.follow + right.follow,
        first_follow=left.first_follow + right.first_follow,
        nullable=left.nullable or right.nullable,
    )


def _repeat_cost(atom: Cost, least: int, most: int | None) -> Cost:
    """Copies as repeat() strings them together: x{m,n} is a chain of n, of which the first n - m may be left out."""
    copies = max(least, 1) if most is None else most
    optional = copies - max(least, 1)
    chained = atom.edge * atom.first
    if atom.nullable:
        entries, exits, edges = copies, copies, copies
        neighbours = first_neighbours = copies * (copies - 1) // 2
    else:
        entries, exits, edges = 1 + optional, 1, int(optional == copies - 1)
        neighbours, first_neighbours = copies - 1, min(1 + optional, copies - 1)
    return Cost(
        states=atom.states * copies,
        depth=atom.depth * copies,
        first=atom.first * entries,
        last=atom.last * exits,
        edge=atom.edge * edges,
        follow=atom.follow * copies + atom.last * atom.first * neighbours,
        first_follow=atom.first_follow * entries + chained * first_neighbours,
        nullable=atom.nullable or least == 0,
    )


def in_parentheses(measure: Measure, states: int) -> Measure:
    """A parenthesised piece, which costs `states` more on its longest path."""
    cost = measure.cost
    return msgspec.structs.replace(
        measure, cost=msgspec.structs.replace(cost, states=cost.states + states, depth=cost.depth + states)
    )
