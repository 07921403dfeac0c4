"""COPY: what is copied, and its options."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = {
    "copy": r"""
create table t (a int, b text, g int generated always as (a*2) stored);
create table pt (a int) partition by list (a);
create view v as select * from t;
create materialized view mv as select 1 as a;
copy t from stdin (format csv, header 5);
copy t from stdin (format csv, header foo);
copy t from stdin (format foo);
copy t from stdin (foo);
copy t from stdin (format csv, format text);
copy t from stdin (format binary, delimiter ',');
copy t from stdin (format binary, null ',');
copy t from stdin (format binary, header);
copy t from stdin (delimiter 'ab');
copy t from stdin (delimiter E'\n');
copy t from stdin (delimiter 'a');
copy t from stdin (delimiter ',', null ',');
copy t from stdin (format csv, null '"');
copy t from stdin (null E'\n');
copy t from stdin (quote '"');
copy t from stdin (format csv, quote 'ab');
copy t from stdin (format csv, quote ',');
copy t from stdin (escape '"');
copy t from stdin (format csv, escape 'ab');
copy t from stdin (force_quote (a));
copy t from stdin (format csv, force_quote (a));
copy t to stdout (format csv, force_quote (a));
copy t to stdout (format csv, force_quote *);
copy t to stdout (format csv, force_quote (nosuch));
copy t (a) to stdout (format csv, force_quote (b));
copy t to stdout (format csv, force_not_null (a));
copy t from stdin (force_not_null (a));
copy t from stdin (format csv, force_not_null *);
copy t from stdin (format csv, force_null (a));
copy t to stdout (format csv, force_null (a));
copy t to stdout (freeze);
copy t from stdin (freeze 5);
copy t from stdin (encoding 'foo');
copy t from stdin (encoding 'utf8');
copy t from stdin (default 'x');
copy t to stdout (default 'x');
copy t from stdin (default ',', delimiter ',');
copy t from stdin (default '\N');
copy t from stdin (format csv, default '"');
copy t from stdin (default E'\n');
copy t from stdin (on_error ignore);
copy t from stdin (on_error foo);
copy t to stdout (on_error ignore);
copy t from stdin (format binary, on_error ignore);
copy t from stdin (on_error ignore, reject_limit 5);
copy t from stdin (on_error ignore, reject_limit 0);
copy t from stdin (reject_limit 5);
copy t from stdin (log_verbosity verbose);
copy t from stdin (log_verbosity foo);
copy t from stdin (log_verbosity silent);
copy t (g) from stdin;
copy t (nosuch) from stdin;
copy t (a, a) from stdin;
copy t from stdin where a > 1;
copy t from stdin where g > 1;
copy t from stdin where nosuch > 1;
copy t from stdin where count(*) > 1;
copy t from stdin where ctid = '(0,1)';
copy t from stdin where (select true);
copy t to stdout where a > 1;
copy pt from stdin;
copy pt from stdin (freeze);
copy pt to stdout;
copy v to stdout;
copy v from stdin;
copy mv to stdout;
copy mv from stdin;
copy (select 1) to stdout;
copy (select 1) from stdin;
copy (select 1 into foo) to stdout;
copy (select 1 into foo union select 2) to stdout;
copy (insert into t values (1)) to stdout;
copy (insert into t values (1) returning a) to stdout;
copy nosuch from stdin;
copy nosuch to stdout;
create sequence s;
copy s to stdout;
copy s from stdin;
copy t to '/nonexistent/x' (foo);
copy t from stdin with csv header;
copy t from stdin csv quote 'x' delimiter 'x';
copy t from stdin using delimiters ',';
copy t from stdin with null as 'x' freeze;
copy t to stdout csv force quote a;
copy t from stdin csv force not null a;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    assert_same_verdicts(server, SCRIPTS[script])
