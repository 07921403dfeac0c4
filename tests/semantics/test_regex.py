"""The judge is the server: what it says of generated patterns, word for word, and what they match."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from servers import Server

from schemalint.semantics.regex import (
    RegexError,
    RegexFacts,
    analyze_regex,
    check_like,
    check_regex,
    check_similar,
)

SEED = 20_240_131
PATTERNS = 20_000
LEAST_AGREEMENT = 0.999

WORDS = "invalid regular expression: "


def said(error: RegexError | None) -> str | None:
    """An error as the server-side functions below spell it."""
    return None if error is None else f"{error.sqlstate} {error.message}"


# --- generated patterns -----------------------------------------------------------------------------------------------

ATOMS = (
    *"aaabbcxyzAZ019 _-,=:!<>#\"'/é\n€😀",
    *(".", "^", "$", "^", "$", "{", "}", "]"),
    *(r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\A", r"\Z", r"\m", r"\M", r"\y", r"\Y"),
    *(
        r"\a",
        r"\b",
        r"\B",
        r"\e",
        r"\f",
        r"\n",
        r"\r",
        r"\t",
        r"\v",
        r"\cX",
        r"\0",
        r"\012",
        r"\777",
        r"\x41",
        r"\x",
        r"\xg",
    ),
    *(
        r"\u0041",
        r"\u004",
        r"\U00000041",
        r"\U7fffffff",
        r"\U7ffffffe",
        r"\x7fffffff",
        r"\uD800",
        r"\8",
        r"\89",
        r"\10",
    ),
    *(
        r"\1",
        r"\1",
        r"\2",
        r"\3",
        r"\12",
        r"\4294967297",
        r"\q",
        r"\.",
        r"\\",
        r"\*",
        r"\(",
        r"\)",
        r"\{",
        r"\}",
        r"\<",
        r"\>",
        r"\é",
    ),
    *("(?#x)", "(?#", "[[:<:]]", "[[:>:]]"),
)
PARTS = (
    *"abczAZ09-^]-_.é€",
    *("a-z", "0-9", "z-a", "a-c-e", "a-a", "--9", "+--", "é-€", "a-", "-a"),
    *(r"\d", r"\W", r"\n", r"\]", r"\\", r"\A", r"\1", r"\12", r"\q", r"\x41", r"\u00e9", r"\w-z", r"\b-\n", r"\n-\b"),
    *(
        "[:alpha:]",
        "[:word:]",
        "[:ALPHA:]",
        "[:foo:]",
        "[::]",
        "[:alpha:",
        "[:alpha:]-z",
        "a-[:alpha:]",
        "[:digit]",
        "[:",
    ),
    *(
        "[.a.]",
        "[.space.]",
        "[.hyphen.]-z",
        "[.a.]-[.z.]",
        "[.z.]-[.a.]",
        "[.foo.]",
        "[..]",
        "[.a",
        "[.].]",
        "[.ab.]",
        "[.é.]",
    ),
    *("[=a=]", "[=tilde=]", "[=foo=]", "[==]", "[=a=]-z", "a-[=z=]", "[", "[a"),
)
QUANTIFIERS = (
    *(
        "*",
        "+",
        "?",
        "*?",
        "+?",
        "??",
        "{2}",
        "{0}",
        "{0,0}",
        "{1,3}",
        "{2,}",
        "{2,}?",
        "{3,2}",
        "{1,3}?",
        "{0,255}",
        "{255}",
    ),
    *(
        "{256}",
        "{0256}",
        "{2551}",
        "{1,256}",
        "{,3}",
        "{1",
        "{1,",
        "{1,2",
        "{a}",
        "{1,2,3}",
        "{1 }",
        "{ 1}",
        "{1a}",
        "**",
        "+*",
    ),
)
OPENERS = ("(", "(", "(", "(?:", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?", "(?<", "(?<x", "(?P<a>", "(?i:")
PREFIXES = (
    "***=",
    "***:",
    "***?",
    "***",
    "***x",
    "(?i)",
    "(?x)",
    "(?b)",
    "(?e)",
    "(?q)",
    "(?xi)",
    "(?bx)",
    "(?qx)",
    "(?qe)",
)
MORE_PREFIXES = (
    "(?n)",
    "(?p)",
    "(?w)",
    "(?ms)",
    "(?z)",
    "(?i",
    "(?iz)",
    "***:(?i)",
    "***:(?b)",
    "***=(?i)",
    "(?ex)",
    "(?xt)",
)
BASIC = (
    *"ab*^$.[]{}()|+?",
    r"\(",
    r"\)",
    r"\(",
    r"\)",
    r"\{2\}",
    r"\{2",
    r"\{",
    r"\}",
    r"\{1,2\}",
    r"\{2,1\}",
    r"\1",
    r"\2",
    r"\<",
    "[a]",
)
SIGNS = 'abz019(((())))[[]]{{}}||**++??^$.\\\\\\--:=!<>,#xi \n&_%"é'
FLAGS = (
    *[""] * 40,
    *"iiiinnxxxxbbeqmspwct",
    "i",
    "n",
    "x",
    "b",
    "e",
    "q",
    "xi",
    "bx",
    "qx",
    "qe",
    "eq",
    "pw",
    "ns",
    "ct",
    "z",
    "iA",
    "qn",
    "é",
    "m",
    "s",
)


def atom(rng: random.Random, depth: int) -> str:
    chance = rng.random()
    if chance < 0.18 and depth:
        return rng.choice(OPENERS) + expression(rng, depth - 1) + (")" if rng.random() < 0.95 else "")
    if chance < 0.34:
        body = "".join(rng.choice(PARTS) for _ in range(rng.randint(0, 3)))
        return "[" + rng.choice(("", "", "^")) + body + ("]" if rng.random() < 0.95 else "")
    return rng.choice(ATOMS)


def expression(rng: random.Random, depth: int) -> str:
    branches = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        items = [
            atom(rng, depth) + (rng.choice(QUANTIFIERS) if rng.random() < 0.22 else "")
            for _ in range(rng.randint(0, 4))
        ]
        branches.append("".join(items))
    return "|".join(branches)


def mutated(rng: random.Random, pattern: str) -> str:
    signs = list(pattern)
    for _ in range(rng.randint(1, 3)):
        where = rng.randint(0, len(signs))
        what = rng.random()
        if what < 0.4:
            signs.insert(where, rng.choice(SIGNS))
        elif what < 0.8:
            del signs[where : where + rng.randint(1, 2)]
        else:
            del signs[where:]
    return "".join(signs)


def raw(rng: random.Random) -> str:
    return "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 14)))


def generate(rng: random.Random) -> tuple[str, str]:
    """A pattern and a flags argument; about half of the patterns compile."""
    chance = rng.random()
    if chance < 0.2:
        pattern = raw(rng)
    elif chance < 0.3:
        pattern = "".join(rng.choice(BASIC) for _ in range(rng.randint(1, 8)))
        return pattern, rng.choice(("b", "b", "b", "bx", "e", "bi", ""))
    else:
        pattern = expression(rng, rng.randint(0, 3))
        if rng.random() < 0.3:
            pattern = mutated(rng, pattern)
    if rng.random() < 0.12:
        pattern = rng.choice(PREFIXES + MORE_PREFIXES) + pattern
    return (pattern, rng.choice(FLAGS)) if slow(pattern) < 2 else (pattern.replace("255}", "5}"), rng.choice(FLAGS))


def slow(pattern: str) -> int:
    """How many large bounds: nested, they cost the server seconds."""
    return pattern.count("255}")


# --- the server's side ------------------------------------------------------------------------------------------------

JUDGES = """
    CREATE FUNCTION judge(what text, patterns text[], arguments text[]) RETURNS text[] LANGUAGE plpgsql AS $$
    DECLARE
        answers text[] := '{}';
    BEGIN
        FOR i IN 1 .. cardinality(patterns) LOOP
            BEGIN
                CASE what
                    WHEN 'regex' THEN PERFORM regexp_match('', patterns[i], arguments[i]);
                    WHEN 'similar' THEN PERFORM '' ~ similar_to_escape(patterns[i], arguments[i]);
                    WHEN 'like' THEN PERFORM 'aab' LIKE like_escape(patterns[i], arguments[i]);
                    WHEN 'plain similar' THEN PERFORM '' ~ similar_to_escape(patterns[i]);
                END CASE;
                answers := answers || NULL::text;
            EXCEPTION WHEN OTHERS THEN
                answers := answers || (SQLSTATE || ' ' || SQLERRM);
            END;
        END LOOP;
        RETURN answers;
    END $$;
"""
Judge = Callable[[str, Sequence[str], Sequence[str]], list[str | None]]


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with server.database() as connection:
        connection.execute(JUDGES)
        yield connection


@pytest.fixture
def judge(connection: psycopg.Connection[Any]) -> Judge:
    def ask(what: str, patterns: Sequence[str], arguments: Sequence[str]) -> list[str | None]:
        row = connection.execute("SELECT judge(%s, %s, %s)", (what, list(patterns), list(arguments))).fetchone()
        assert row is not None
        return list(row[0])

    return ask


# --- agreement --------------------------------------------------------------------------------------------------------


def agreement(ours: Sequence[str | None], theirs: Sequence[str | None], asked: Sequence[object]) -> float:
    differences = [case for case in zip(asked, ours, theirs, strict=True) if case[1] != case[2]]
    for case in differences[:10]:
        print("pattern {!r}\n  ours   {}\n  server {}".format(*case))
    return 1 - len(differences) / len(asked)


@pytest.mark.server
def test_agrees_with_the_server_on_generated_patterns(judge: Judge) -> None:
    rng = random.Random(SEED)
    cases = [generate(rng) for _ in range(PATTERNS)]
    theirs = judge("regex", [pattern for pattern, _ in cases], [flags for _, flags in cases])
    ours = [said(check_regex(pattern, flags)) for pattern, flags in cases]
    refused = sum(answer is not None for answer in theirs)
    assert 0.3 < refused / len(cases) < 0.8, "the generator should make patterns of both kinds"
    assert len({answer for answer in theirs if answer and answer.startswith("2201B")}) >= 12, (
        "and of all kinds of faults"
    )
    assert agreement(ours, theirs, cases) >= LEAST_AGREEMENT


@pytest.mark.server
def test_agrees_with_the_server_on_similar_to(judge: Judge, server: Server) -> None:
    rng = random.Random(SEED)
    signs = 'ab%_()[]^|\\\\"#é-*+?{1}.$:\n'
    escapes = ("\\", "\\", "#", "", "a", "é", "%", "ab", "é€", '"', "[")
    patterns = ["".join(rng.choice(signs) for _ in range(rng.randint(0, 12))) for _ in range(PATTERNS // 2)]
    arguments = [rng.choice(escapes) for _ in patterns]
    cases = list(zip(patterns, arguments, strict=True))
    ours = [said(check_similar(pattern, escape, server_version=server.major)) for pattern, escape in cases]
    assert agreement(ours, judge("similar", patterns, arguments), cases) >= LEAST_AGREEMENT
    ours = [said(check_similar(pattern, server_version=server.major)) for pattern in patterns]
    assert agreement(ours, judge("plain similar", patterns, arguments), patterns) >= LEAST_AGREEMENT


@pytest.mark.server
def test_server_raises_for_no_other_like_pattern(judge: Judge) -> None:
    rng = random.Random(SEED)
    patterns = ["".join(rng.choice("aab%_\\\\#é") for _ in range(rng.randint(0, 6))) for _ in range(5_000)]
    escapes = [rng.choice(("\\", "#", "", "é", "a", "%", "ab")) for _ in patterns]
    raised = 0
    for pattern, escape, theirs in zip(patterns, escapes, judge("like", patterns, escapes), strict=True):
        raised += theirs is not None
        if theirs is not None:  # whether the server gets as far as the fault depends on the string
            assert said(check_like(pattern, escape)) == theirs, (pattern, escape)
    assert raised > 500


@pytest.mark.server
def test_facts_hold_for_what_the_server_matches(connection: psycopg.Connection[Any], server: Server) -> None:
    if server.major < 15:
        pytest.skip("regexp_instr came with 15")
    rng = random.Random(SEED)
    patterns: list[tuple[str, str]] = [
        (telling(rng, rng.randint(0, 3)), rng.choice(("", "", "", *"inwp"))) for _ in range(4_000)
    ]
    asked = []
    for pattern, flags in patterns:
        facts = analyze_regex(pattern, flags)
        if facts is not None:
            strings = ["".join(rng.choice("aabbc\nA €1") for _ in range(rng.randint(0, 6))) for _ in range(4)]
            asked.extend((pattern, flags, string, facts) for string in ("", *strings, *(facts.strings or ())[:3]))
    places = connection.execute(
        "SELECT regexp_instr(s, p, 1, 1, 0, f), regexp_instr(s, p, 1, 1, 1, f)"
        " FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS u (p, f, s, o) ORDER BY o",
        [[row[column] for row in asked] for column in range(3)],
    ).fetchall()
    for (pattern, flags, string, facts), (begin, end) in zip(asked, places, strict=True):
        contradictions = list(contradicted(facts, string, begin - 1, end - 1))
        assert not contradictions, (pattern, flags, string, contradictions, facts)


def telling(rng: random.Random, depth: int) -> str:
    """A pattern over few characters, so that its constraints meet often."""
    atoms = (
        *(
            "a",
            "b",
            "ab",
            "[ab]",
            "[^a]",
            ".",
            "^",
            "$",
            r"\A",
            r"\Z",
            r"\n",
            r"[\s\S]",
            r"[^\w\W]",
            "[a-c]",
            "€",
            r"\1",
            r"\d",
            r"\y",
        ),
        *("(?=a)", "(?!)", "(?!a)", "(?<=a)", "(?<!b)", "(?=^)", "(?=$)", "(?<=^)", "(?=)", "(?!^)"),
    )
    branches = []
    for _ in range(rng.choice((1, 1, 2))):
        items = []
        for _ in range(rng.randint(0, 3)):
            inner = depth and rng.random() < 0.4
            opener = rng.choice(("(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!"))
            items.append(opener + telling(rng, depth - 1) + ")" if inner else rng.choice(atoms))
            if rng.random() < 0.3:
                items.append(rng.choice(("*", "+", "?", "{2}", "{0}", "{1,2}", "{0,3}", "{2,}", "*?", "??")))
        branches.append("".join(items))
    return "|".join(branches)


def contradicted(facts: RegexFacts, string: str, begin: int, end: int) -> Iterator[str]:
    """The facts that a match contradicts, or its absence: begin is -1."""
    if begin < 0:
        if facts.matches_everything:
            yield "matches everything"
        return
    matched = string[begin:end]
    if facts.never_matches:
        yield "never matches"
    if facts.anchored_start and begin > 0:
        yield "anchored at the start"
    if facts.anchored_end and end < len(string):
        yield "anchored at the end"
    if len(matched) < facts.min_length or (facts.max_length is not None and len(matched) > facts.max_length):
        yield "length"
    if facts.strings is not None and matched not in facts.strings:
        yield "strings"
    if facts.prefixes and not matched.startswith(facts.prefixes):
        yield "prefixes"


COMPLEX = (
    "a" * 43_000,
    "a" * 44_000,
    "(?:[ab]{255}){160}",
    "(?:[ab]{255}){180}",
    "(?:" * 8_000 + ")" * 8_000,
    "(?:" * 10_000 + ")" * 10_000,
    "(?:a{0,255}){0,50}",
    "(?:a{0,255}){0,150}",
    "((a{100}){100}){3}",
    "((a{100}){100}){5}",
    "(?:(?:(?:a|b){0,50}){0,50}){0,50}",
)


@pytest.mark.server
def test_agrees_with_the_server_on_what_is_too_complex(judge: Judge, server: Server) -> None:
    ours = [said(check_regex(pattern)) for pattern in COMPLEX]
    shown = [f"{pattern[:20]}... ({len(pattern)} characters)" for pattern in COMPLEX]
    assert agreement(ours, judge("regex", COMPLEX, [""] * len(COMPLEX)), shown) == 1


# --- without a server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "words", "marked"),
    [
        ("ab[z-a]", "invalid character range", "z-a]"),
        ("x[[:foo:]]", "invalid character class", "[:foo:]]"),
        ("x[[.foo.]]", "invalid collating element", "[.foo.]]"),
        ("a[bc", "brackets [] not balanced", "[bc"),
        ("a(b(c)", "parentheses () not balanced", "(b(c)"),
        ("a)b", "parentheses () not balanced", ")b"),
        ("a{1", "braces {} not balanced", "{1"),
        ("a{2,1}", "invalid repetition count(s)", "{2,1}"),
        ("a{256}", "invalid repetition count(s)", "{256}"),
        ("a**", "quantifier operand invalid", "*"),
        ("(?<x)", "quantifier operand invalid", "(?<x)"),
        (r"(a)\2", "invalid backreference number", r"\2"),
        (r"(a\1)", "invalid backreference number", r"\1)"),
        (r"a\q", r"invalid escape \ sequence", r"\q"),
        ("a\\", r"invalid escape \ sequence", "\\"),
        ("(?iz)a", "invalid embedded option", "z)a"),
        ("***?", "invalid regexp (reg version 0.8)", "?"),
    ],
)
def test_refusals_point_at_the_fault(pattern: str, words: str, marked: str) -> None:
    error = check_regex(pattern)
    assert error is not None
    assert (error.sqlstate, error.message) == ("2201B", WORDS + words)
    assert error.offset is not None
    assert pattern[error.offset :] == marked


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "",
            "a|",
            "()",
            "[]a]",
            "[^]a]",
            "[a-]",
            "a{,3}",
            "a{",
            "]",
            "}",
            "(?#comment",
            "x{0,255}",
            "[[:word:]]",
            "[[.hyphen.]-z]",
        ),
        *(
            r"(a){0}\1",
            r"\x7ffffffe",
            r"\12",
            "***=a(b",
            "***:(?i)a",
            "(?b)\\(a\\)*",
            "(?e)a)",
            "(?x)a { 2 }",
            "[[:<:]]a[[:>:]]",
        ),
    ],
)
def test_accepted(pattern: str) -> None:
    assert check_regex(pattern) is None


def test_unknown_option_is_named() -> None:
    assert check_regex("a", "ig") is None
    assert check_regex("(", "iz") == RegexError("22023", 'invalid regular expression option: "z"', 1)


def test_options_that_exclude_each_other() -> None:
    error = check_regex("a", "qx")
    assert error == RegexError("2201B", WORDS + "invalid argument to regex function", None)


def test_option_e_gives_basic_expressions_as_the_server_does() -> None:
    assert check_regex("a)", "e") is None
    assert check_regex(r"\(a", "e") is not None


@pytest.mark.parametrize(
    ("pattern", "facts"),
    [
        (
            "^(active|inactive)$",
            {"strings": ("active", "inactive"), "anchored_start": True, "anchored_end": True, "groups": 1},
        ),
        (r"^[A-Z]{2}\d{3,5}$", {"min_length": 5, "max_length": 7, "strings": None, "prefixes": ()}),
        ("^(foo|bar).*", {"prefixes": ("bar", "foo"), "max_length": None, "anchored_end": False}),
        ("^a|b$", {"anchored_start": False, "anchored_end": False}),
        ("(?i)a1", {"strings": ("A1", "a1")}),
        ("(?n)^a$", {"anchored_start": False, "anchored_end": False}),
        ("a^b", {"never_matches": True, "strings": ()}),
        ("a$b", {"never_matches": True}),
        ("(?n)a$\n^b", {"never_matches": False}),
        (r"x[^\s\S]", {"never_matches": True}),
        ("a(?!)", {"never_matches": True}),
        ("a^b|c", {"never_matches": False, "strings": ("c",)}),
        ("", {"matches_everything": True}),
        ("x*", {"matches_everything": True}),
        ("^.*$", {"matches_everything": True, "anchored_start": True}),
        (r"^[\s\S]*$", {"matches_everything": True}),
        ("(?p)^.*$", {"matches_everything": False}),
        ("^.+$", {"matches_everything": False, "min_length": 1}),
        ("^x*$", {"matches_everything": False, "min_length": 0}),
        (r"^(a|bb)\1$", {"min_length": 2, "max_length": 4}),
    ],
)
def test_facts(pattern: str, facts: dict[str, object]) -> None:
    found = analyze_regex(pattern)
    assert found is not None
    assert {name: getattr(found, name) for name in facts} == facts


def test_no_facts_of_a_refused_pattern() -> None:
    assert analyze_regex("(") is None


@pytest.mark.parametrize(
    ("pattern", "escape", "expected"),
    [
        ("%(a|b)_", None, None),
        ("a(b", None, RegexError("2201B", WORDS + "parentheses () not balanced")),
        ("a(?", None, RegexError("2201B", WORDS + "quantifier operand invalid", 2)),
        ("a[z-a]", None, RegexError("2201B", WORDS + "invalid character range", 2)),
        (
            "a*",
            "ab",
            RegexError("22025", "invalid escape string", None, "Escape string must be empty or one character."),
        ),
        (
            'a#"b#"c#"',
            "#",
            RegexError(
                "2200C", "SQL regular expression may not contain more than two escape-double-quote separators", 7
            ),
        ),
    ],
)
def test_similar_to(pattern: str, escape: str | None, expected: RegexError | None) -> None:
    assert check_similar(pattern, escape) == expected


@pytest.mark.parametrize(
    ("pattern", "escape", "offset"),
    [
        ("a%\\", "\\", 2),
        ("a\\\\", "\\", None),
        ("a\\", "#", None),
        ("a#", "#", 1),
        ("a##", "#", None),
        ("a\\", "", None),
        ("é€", "€", 1),
    ],
)
def test_like(pattern: str, escape: str, offset: int | None) -> None:
    error = check_like(pattern, escape)
    assert (None if error is None else error.offset) == offset
    if error is not None:
        assert said(error) == "22025 LIKE pattern must not end with escape character"


@pytest.mark.parametrize(
    "piece", ["(", "(?:", "[", "a?", "(a)", "(a|", "\\y", "a{255}", "(?=", "a|", "(a*)*", "((a{9}){9}"]
)
def test_long_patterns_are_answered_at_once(piece: str) -> None:
    started = time.monotonic()
    check_regex(piece * 5_000)
    analyze_regex(piece * 200 + ")" * 200)
    assert time.monotonic() - started < 5, "the parser should take time in proportion to the pattern"
