"""Where texts are cut: as psql's lexer does, and for what PostgreSQL accepts, as its parser does."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postgres_parser import server_statements

from schemalint.syntax.errors import ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import RawStatement, split_statements


def pieces(text: str, kind: str = "sql") -> list[str]:
    """The texts of the statements of one kind."""
    return [text[s.start : s.end] for s in split_statements(text) if s.kind == kind]


def kinds(text: str) -> list[str]:
    return [s.kind for s in split_statements(text)]


# --- Statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("-- only a comment", []),
        ("/* only /* a */ comment */ ;; ;", []),
        ("select 1", ["select 1"]),
        (" select 1 ; -- a;b\n/* c;d */ select 2 ;", ["select 1", "select 2"]),
        ("\ufeffselect 1;select 2", ["select 1", "select 2"]),
        ("select 1;\r\n\r\n-- x;\r\nselect 2;\r\n", ["select 1", "select 2"]),
        ("select 1;\r-- x;\rselect 2", ["select 1", "select 2"]),
        ("select 'a;''b;', 'c\\'; select ';'", ["select 'a;''b;', 'c\\'", "select ';'"]),
        ("select e'a\\';' ; select E'\\\\' ; x", ["select e'a\\';'", "select E'\\\\'", "x"]),
        ("select e'a' -- ;'\n '\\';'; select 1", ["select e'a' -- ;'\n '\\';'", "select 1"]),
        ("select datE'\\'; select 1", ["select datE'\\'", "select 1"]),
        ("select 1.5e'\\' ; '", ["select 1.5e'\\'", "'"]),
        ("select U&'\\0041;', n'a;', x'1;', b'0;'; y", ["select U&'\\0041;', n'a;', x'1;', b'0;'", "y"]),
        ('select ";", "a"";b", U&"c;"; y', ['select ";", "a"";b", U&"c;"', "y"]),
        ("select $$;$$, $a$;$b$;$$;$a$; y", ["select $$;$$, $a$;$b$;$$;$a$", "y"]),
        ("select a$b$; select c$b$ ; d", ["select a$b$", "select c$b$", "d"]),
        ("select $1;select $2", ["select $1", "select $2"]),
        ("select $é$;$é$; y", ["select $é$;$é$", "y"]),
        ("select 1 - -- ; \n 2; y", ["select 1 - -- ; \n 2", "y"]),
        ("select 1 /* ; /* ; */ ; */ / 2; y", ["select 1 /* ; /* ; */ ; */ / 2", "y"]),
        ("select 1 */ 2; y", ["select 1 */ 2", "y"]),
        ("select (1; 2); y", ["select (1; 2)", "y"]),
        ("select '('; y", ["select '('", "y"]),
        (
            "select $$($$, \"(\", e'(\\'(' /* ( /* ( */ */ -- (\n; y",
            ["select $$($$, \"(\", e'(\\'(' /* ( /* ( */ */ -- (", "y"],
        ),
        ("select 1); y; (select 2; z)", ["select 1)", "y", "(select 2; z)"]),
        (
            "create rule r as on insert to t do (select ';'; delete from u); y",
            ["create rule r as on insert to t do (select ';'; delete from u)", "y"],
        ),
        ("select a[1;2]; y", ["select a[1", "2]", "y"]),
        ("select \x00; \x00", ["select \x00", "\x00"]),
        ("select :'a;', :\"b;\", :c, :{?d}; y", ["select :'a;', :\"b;\", :c, :{?d}", "y"]),
    ],
)
def test_cut(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "body",
    [
        "begin atomic end",
        "begin atomic select 1; select 2; end",
        "BEGIN /* x; */ ATOMIC select case when a then 'end;' else case b when 1 then 2 end end; select 1; END",
        "begin atomic select (case when (select 1) = 1 then 2 end); end",
        "language sql begin\natomic insert into t values (';'); end",
        "as $$ begin; case; end; $$ language plpgsql",
        "as 'begin atomic select 1;'",
        "return case when a then 1 end",
    ],
)
@pytest.mark.parametrize("head", ["create function f()", "CREATE or /* ; */ REPLACE -- ;\n procedure s.p(a int)"])
def test_routine_is_one_statement(head: str, body: str) -> None:
    text = f"{head} {body}; select 1"
    assert pieces(text) == [f"{head} {body}", "select 1"]


def test_words_of_a_body_mean_nothing_elsewhere() -> None:
    assert pieces("begin; select case when a then 1; end; create view begin as select 1; y") == [
        "begin",
        "select case when a then 1",
        "end",
        "create view begin as select 1",
        "y",
    ]
    assert pieces("create function begin() as ''; create functions begin atomic; y; end") == [
        "create function begin() as ''",
        "create functions begin atomic",
        "y",
        "end",
    ]


def test_semicolon_is_told() -> None:
    assert [s.semicolon for s in split_statements("select 1 ; select 2 \\; select 3")] == [True, True, False]


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("select 'abc; select 2;", 'unterminated quoted string at or near "\'abc; select 2;"'),
        ("select e'abc\\'; select 2;", "unterminated quoted string at or near \"'abc\\'; select 2;\""),
        ('select "abc; select 2;', 'unterminated quoted identifier at or near ""abc; select 2;"'),
        ("select $a$ ; $b$ ;", 'unterminated dollar-quoted string at or near "$a$ ; $b$ ;"'),
        ("select /* ; /* ; */ ;", "unterminated /* comment"),
        ("/* ; /* ; */ ;", "unterminated /* comment"),
    ],
)
def test_what_never_ends_is_one_statement(tail: str, message: str) -> None:
    text = "select 1; -- x\n" + tail
    assert pieces(text) == ["select 1", tail]
    *_, last = split_statements(text)
    with pytest.raises(ParseError) as refused:
        parse_statement(text, last.start, last.end)
    assert refused.value.message.startswith(message.split(" at or near")[0])


# --- psql


def test_commands() -> None:
    text = "\\set ON_ERROR_STOP on\r\nselect 1;\n  \\echo 'a;b' \nselect 2 \\gset x_\n\\if :a \\\\ select 3; \\endif\n\\.\n"
    assert pieces(text) == ["select 1", "select 2", "select 3"]
    assert pieces(text, "psql") == ["\\set ON_ERROR_STOP on", "\\echo 'a;b'", "\\gset x_", "\\if :a", "\\endif", "\\."]


@pytest.mark.parametrize("command", ["\\g", "\\gx", "\\gexec", "\\gset", "\\gdesc", "\\watch 1", "\\crosstabview"])
def test_command_that_sends_ends_a_statement(command: str) -> None:
    text = f"select 1 {command}\nselect 2"
    assert pieces(text) == ["select 1", "select 2"]
    assert pieces(text, "psql") == [command]


def test_other_commands_do_not_end_a_statement() -> None:
    assert pieces("select 1\n\\echo x;\n, 2; y") == ["select 1\n\\echo x;\n, 2", "y"]
    assert pieces("select 1 \\: 2; y") == ["select 1 \\: 2", "y"]


def test_inline_rows() -> None:
    text = "copy t from stdin;\n1\t'a;\n\\\\.\n\\.\nCOPY s.t (a) FROM\n STDIN WITH (format csv); -- rows:\r\n2\r\n\\.\r\nselect 1;"
    assert kinds(text) == ["sql", "copy-data", "sql", "copy-data", "sql"]
    assert pieces(text, "copy-data") == ["1\t'a;\n\\\\.\n", "2\r\n"]


def test_rows_of_a_psql_copy() -> None:
    text = "\\copy t from stdin\n1;\n\\.\nselect 1; copy t from stdin \\g\n\\.\ny"
    assert kinds(text) == ["psql", "copy-data", "sql", "sql", "psql", "copy-data", "sql"]
    assert pieces(text) == ["select 1", "copy t from stdin", "y"]


@pytest.mark.parametrize(
    "text",
    [
        "copy t from stdin;\nselect 1;",  # nothing ends the rows
        "copy t from 'stdin';\nselect 1;\n\\.",
        "copy (select a from stdin) to stdout;\nselect 1;\n\\.",
        "copy t to stdout;\nselect 1;\n\\.",
        "copyt from stdin;\nselect 1;\n\\.",
    ],
)
def test_no_rows(text: str) -> None:
    assert "select 1" in pieces(text)


# --- As the server cuts

STATEMENTS = [
    "select 1",
    "select 'é;''', $x$;$x$, e'\\';', \"ü;\"",
    "create rule r as on insert to t do also (select 1; delete from u where a = ';')",
    "create function f() returns int begin atomic select case when a then 1 end; select 2; end",
    "create function g() returns int language plpgsql as $f$ begin return $q$;$q$; end $f$",
    "insert into t values (1, '(;'), (2, ');') -- x;\n",
    "select 1 /* ; /* ' */ $$ */ + 2",
    "begin",
    "end",
    "select a from t where b = $1 and c ->> 'x' = ';' or d - -1 = 2",
    "comment on table t is 'a'\n ';b'",
]


@given(
    st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=12),
    st.sampled_from([";", " ;\n", ";\r\n-- ' ; $$ (\r\n", ";;/* ' /* ; */ ( */", "\n;\t"]),
)
def test_cuts_where_the_server_does(statements: list[str], glue: str) -> None:
    text = "\n".join(s + glue for s in statements)
    expected = [start + len(text[start:end].rstrip()) for start, end, _ in server_statements(text)]
    assert [s.end for s in split_statements(text)] == expected


@given(st.text(alphabet="ab;'\"$eE\\/*-()\n \r.{}:é\x00", max_size=60))
def test_any_text_is_covered_in_order(text: str) -> None:
    at = 0
    for found in split_statements(text):
        assert isinstance(found, RawStatement)
        assert at <= found.start <= found.end <= len(text)
        assert found.start < found.end or found.kind == "copy-data"
        at = found.end


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300_000,
        "'" * 300_001,
        "/*" * 100_000,
        "$a" * 100_000,
        "$a$ " * 100_001,
        "e'" * 100_001,
        "\\" * 60_000,
        "\\.\n" * 30_000,
        "copy t from stdin;\n" * 20_000,
        "create function begin atomic " * 20_000,
        "/* * " * 50_000 + "*/",
        "insert into t values (1, 'a;', \"b\");\n" * 10_000,
    ],
    ids=lambda text: text[:12],
)
def test_time_grows_with_the_text_only(text: str) -> None:
    start = time.perf_counter()
    for _ in split_statements(text):
        pass
    assert time.perf_counter() - start < 5
