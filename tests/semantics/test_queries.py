"""SELECT and its clauses: accepted, or refused with the server's SQLSTATE and words."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SETUP = [
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE DOMAIN label AS varchar(5)",
    "CREATE TABLE t (a int, b text, c numeric(8, 2), m mood, p pair, n int[], j jsonb)",
    "CREATE TABLE s (a int PRIMARY KEY, d date, e varchar(3))",
    "CREATE TABLE u (a bigint, b text, z timestamptz)",
    'CREATE TABLE "Mixed Case" ("Id" int)',
]

NAMES = """
SELECT a FROM t
SELECT t.a, public.t.b FROM t
SELECT other.public.t.a FROM t
SELECT x.y.z.t.a FROM t
SELECT a, a FROM t, s
SELECT a FROM t, s
SELECT x FROM t
SELECT t.x FROM t
SELECT y.a FROM t
SELECT bb FROM t
SELECT t.a FROM t AS v
SELECT v.x FROM t AS v
SELECT t FROM t
SELECT t.* FROM t AS v
SELECT * FROM t AS v (x, y)
SELECT v.a FROM t AS v (x, y)
SELECT * FROM s AS v (x, y, z, w)
SELECT ctid, xmin, cmax, tableoid FROM t
SELECT ctid FROM (SELECT 1) AS q
SELECT oid FROM t
SELECT * FROM nothing
SELECT * FROM nowhere.t
SELECT * FROM other.public.t
SELECT * FROM t, t
SELECT * FROM t, t AS v
SELECT * FROM t AS v, s AS v
SELECT *
SELECT
SELECT FROM t
SELECT "Id", id FROM "Mixed Case"
SELECT * FROM "mixed case"
SELECT (p).a, (p).b, (p).* FROM t
SELECT (p).c FROM t
SELECT p.a FROM t
SELECT (b).a FROM t
SELECT (t).a, (t).x FROM t
SELECT (t.p).a FROM t
SELECT a.b.c FROM t
SELECT (ROW(1, 2)).f1
SELECT (ROW(1, 2)).f3
SELECT (ROW(1, 'x')).*
SELECT (SELECT a FROM s WHERE s.a = t.a) FROM t
SELECT (SELECT a, d FROM s) FROM t
SELECT (SELECT FROM s) FROM t
SELECT 1 FROM pair
SELECT 1 FROM s_pkey
SELECT 1 FROM pg_class WHERE relname = 't'
"""

JOINS = """
SELECT a FROM t JOIN s USING (a)
SELECT t.a, s.a FROM t JOIN s USING (a)
SELECT * FROM t JOIN s USING (b)
SELECT * FROM t JOIN s USING (d)
SELECT * FROM t JOIN s USING (a, a)
SELECT * FROM t NATURAL JOIN s
SELECT a, b FROM t FULL JOIN u USING (a, b)
SELECT t.b FROM t FULL JOIN u USING (a, b)
SELECT * FROM t JOIN u USING (a) JOIN s USING (a)
SELECT * FROM t JOIN s ON true JOIN u USING (a)
SELECT * FROM t JOIN s ON t.a = s.a AND t.b = s.d
SELECT * FROM t JOIN s ON t.a
SELECT * FROM t JOIN s ON u.a = 1
SELECT * FROM u, t JOIN s ON u.a = 1
SELECT * FROM u JOIN (t JOIN s ON u.a = 1) ON true
SELECT x.a FROM (t JOIN s USING (a)) AS x
SELECT t.a FROM (t JOIN s USING (a)) AS x
SELECT x.a FROM t JOIN s USING (a) AS x
SELECT x.b FROM t JOIN s USING (a) AS x
SELECT * FROM t JOIN s USING (a) AS t
SELECT * FROM t CROSS JOIN LATERAL (SELECT t.a) AS q
SELECT * FROM t CROSS JOIN (SELECT t.a) AS q
SELECT * FROM t RIGHT JOIN LATERAL (SELECT t.a) AS q ON true
SELECT * FROM t FULL JOIN LATERAL (SELECT t.a) AS q ON true
SELECT * FROM t, generate_series(1, t.a) AS g (i)
SELECT * FROM t FULL JOIN generate_series(1, t.a) AS g (i) ON true
SELECT * FROM (SELECT a FROM t) AS q (x, y)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (x, y, z)
SELECT * FROM (VALUES (1), (2, 3)) AS v
SELECT x + 1 FROM (VALUES (1), ('a')) AS v (x)
SELECT * FROM t JOIN s USING (a) WHERE d = '2020-01-01' AND e = 'x'
SELECT q.* FROM t JOIN LATERAL (SELECT s.* FROM s WHERE s.a = t.a) AS q ON q.d IS NULL
"""

FUNCTIONS_IN_FROM = """
SELECT * FROM generate_series(1, 3)
SELECT generate_series FROM generate_series(1, 3)
SELECT g FROM generate_series(1, 3) AS g
SELECT g.i, o FROM generate_series(1, 3) WITH ORDINALITY AS g (i, o)
SELECT * FROM generate_series(1, 3) AS g (i, o)
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS u (x, y)
SELECT x || y FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS u (x, y)
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS r (a, b)
SELECT * FROM now() AS n
SELECT * FROM json_to_record('{}') AS r (a int, b text)
SELECT * FROM json_to_record('{}')
SELECT * FROM json_to_record('{}') AS r
SELECT * FROM generate_series(1, 2) AS r (a int)
SELECT * FROM json_each('{}') AS r (a int, b text)
SELECT * FROM json_to_record('{}') AS r (a int, a text)
SELECT * FROM json_to_record('{}') WITH ORDINALITY AS r (a int)
SELECT * FROM ROWS FROM (json_to_record('{}') AS (a int), generate_series(1, 2))
SELECT * FROM jsonb_each(j)
SELECT k FROM t, jsonb_each(t.j) AS e (k, v)
SELECT * FROM upper('a')
SELECT * FROM sum(1)
SELECT * FROM generate_series(1, generate_series(1, 2))
SELECT * FROM row_number() OVER ()
SELECT * FROM pg_get_keywords() LIMIT 0
SELECT word, catdesc FROM pg_get_keywords() LIMIT 0
SELECT nope FROM pg_get_keywords() LIMIT 0
SELECT * FROM t TABLESAMPLE system (10)
SELECT * FROM t TABLESAMPLE bernoulli (10) REPEATABLE (1)
SELECT * FROM t TABLESAMPLE system (10, 20)
SELECT * FROM t TABLESAMPLE nope (10)
SELECT * FROM (SELECT 1) AS q TABLESAMPLE system (10)
"""

EXPRESSIONS = """
SELECT CASE WHEN a THEN 1 END FROM t
SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 3 END FROM t
SELECT CASE a WHEN 'x' THEN 1 END FROM t
SELECT CASE WHEN true THEN a ELSE b END FROM t
SELECT CASE WHEN true THEN a ELSE c END FROM t
SELECT COALESCE(a, b) FROM t
SELECT COALESCE(a, '1') FROM t
SELECT COALESCE(a, 'x') FROM t
SELECT GREATEST(a, c), LEAST(b, 'x') FROM t
SELECT GREATEST(a, b) FROM t
SELECT NULLIF(a, 1), NULLIF(a, b) FROM t
SELECT a IN (1, 2), b IN ('x', 'y') FROM t
SELECT a IN (1, 'x') FROM t
SELECT a IN (b, 1) FROM t
SELECT (a, b) IN ((1, 'x'), (2, 'y')) FROM t
SELECT (a, b) IN ((1, 'x', 3)) FROM t
SELECT a BETWEEN 1 AND 2, b NOT BETWEEN 'x' AND 1 FROM t
SELECT a BETWEEN SYMMETRIC 2 AND c FROM t
SELECT a = ANY (n), a = ALL (ARRAY[1, 2]), a = ANY ('{1}') FROM t
SELECT a = ANY (b) FROM t
SELECT b = ANY (n) FROM t
SELECT a = ANY (SELECT a FROM s) FROM t
SELECT a = ANY (SELECT d FROM s) FROM t
SELECT a = ANY (SELECT a, d FROM s) FROM t
SELECT (a, b) = (SELECT a, e FROM s) FROM t
SELECT (a, b, c) = (SELECT a, e FROM s) FROM t
SELECT ROW(a, b) < ROW(1, 'x') FROM t
SELECT ROW(a, b) ~ ROW(1, 'x') FROM t
SELECT ROW(a, b) = ROW(1) FROM t
SELECT ROW() = ROW()
SELECT a IS DISTINCT FROM b FROM t
SELECT a IS DISTINCT FROM 1, a IS NOT DISTINCT FROM NULL FROM t
SELECT ROW(a, b) IS DISTINCT FROM ROW(1, 2) FROM t
SELECT NOT a FROM t
SELECT a AND true FROM t
SELECT a IS TRUE FROM t
SELECT (a = 1) IS NOT UNKNOWN FROM t
SELECT 'yes' AND 'x'
SELECT ARRAY[]
SELECT ARRAY[]::int[]
SELECT ARRAY[1, 'x']
SELECT ARRAY[a, b] FROM t
SELECT ARRAY[[1, 2], [3, 4]], ARRAY[n, n] FROM t
SELECT ARRAY[[1], 2]
SELECT ARRAY(SELECT a FROM s), ARRAY(SELECT a, d FROM s)
SELECT ARRAY['1', 'x']::int[]
SELECT n[1], n[1:2], (n)[a] FROM t
SELECT n['x'] FROM t
SELECT a[1] FROM t
SELECT j['a']['b'], j[1] FROM t
SELECT j[1:2] FROM t
SELECT j[1.5] FROM t
SELECT b COLLATE "C" FROM t
SELECT a COLLATE "C" FROM t
SELECT b COLLATE nope FROM t
SELECT '1'::int, 'x'::int
SELECT b::int, a::text, a::mood FROM t
SELECT d::int FROM s
SELECT 'sad'::mood, 'mad'::mood
SELECT m = 'ok', m = 'nope' FROM t
SELECT CAST('abcdef' AS label), CAST('abcdef' AS varchar(2)), numeric(5, 2) '123.45'
SELECT a::nope FROM t
SELECT current_date, current_timestamp(3), localtime, current_user, session_user
SELECT interval '1 day', date '2020-02-30'
SELECT date '2020-02-28' + 1, date '2020-02-28' + interval '1 day', now() - interval '1 h'
SELECT a + b FROM t
SELECT a || b, a || 1 FROM t
SELECT -b FROM t
SELECT a ! b FROM t
SELECT length(a) FROM t
SELECT length(b), upper(b), substring(b FROM 1 FOR 2), position('x' IN b), trim(b) FROM t
SELECT extract(year FROM d), d AT TIME ZONE 'utc', overlay(e PLACING 'x' FROM 1) FROM s
SELECT extract(year FROM e) FROM s
SELECT nope(a) FROM t
SELECT to_char(d) FROM s
SELECT round(c, 2), round(1.5::float8, 2) FROM t
SELECT concat(a, b, c), format('%s', a), coalesce(b, '') FROM t
SELECT a LIKE 'x' FROM t
SELECT b LIKE 'x%', b ILIKE '%x', b SIMILAR TO 'x', b ~ 'x', b !~* 'y' FROM t
SELECT b ~ a FROM t
SELECT j -> 'a' ->> 'b', j #> '{a,b}', j @> '{}', j ? 'a' FROM t
SELECT j @> 'x' FROM t
SELECT a.* FROM t
SELECT $1
SELECT DEFAULT
SELECT a, DEFAULT FROM t
SELECT (SELECT max(a) FROM s WHERE s.a > t.a) FROM t
SELECT EXISTS (SELECT FROM s), NOT EXISTS (SELECT * FROM s WHERE x) FROM t
SELECT count(*) FILTER (WHERE a) FROM t
SELECT merge_action()
SELECT 1 WHERE CURRENT OF c
"""

GROUPING = """
SELECT a, count(*) FROM t GROUP BY a
SELECT a, b FROM t GROUP BY a
SELECT a + 1 FROM t GROUP BY a + 1
SELECT a + 2 FROM t GROUP BY a + 1
SELECT a + 1 AS x FROM t GROUP BY x
SELECT a AS b, count(*) FROM t GROUP BY b
SELECT a, b FROM t GROUP BY 1, 2
SELECT a FROM t GROUP BY 2
SELECT a FROM t GROUP BY 'x'
SELECT a FROM t GROUP BY 0
SELECT a, d FROM s GROUP BY a
SELECT s.a, d, t.b FROM s JOIN t ON t.a = s.a GROUP BY s.a
SELECT a, d FROM s GROUP BY d
SELECT a FROM t HAVING a > 1
SELECT max(a) FROM t HAVING count(*) > 1
SELECT max(a) FROM t WHERE max(a) > 1
SELECT max(max(a)) FROM t
SELECT max(a) FILTER (WHERE max(a) > 1) FROM t
SELECT a FROM t GROUP BY max(a)
SELECT a FROM t ORDER BY max(a)
SELECT a, max(b) FROM t ORDER BY 1
SELECT max(a) FROM t LIMIT max(a)
SELECT a FROM t GROUP BY a ORDER BY count(*), b
SELECT (SELECT max(t.a) FROM s) FROM t
SELECT (SELECT t.b FROM s LIMIT 1) FROM t GROUP BY a
SELECT a, grouping(a), grouping(b) FROM t GROUP BY ROLLUP (a, b)
SELECT grouping(c) FROM t GROUP BY ROLLUP (a, b)
SELECT a, b, count(*) FROM t GROUP BY GROUPING SETS ((a), (b), ())
SELECT a, c FROM t GROUP BY GROUPING SETS ((a), (b))
SELECT a, d FROM s GROUP BY GROUPING SETS ((a), (d))
SELECT a, d FROM s GROUP BY GROUPING SETS ((a), (a, d))
SELECT count(*) FROM t GROUP BY CUBE (a, b), ROLLUP (c)
SELECT a FROM t GROUP BY a, ()
SELECT string_agg(b, ',' ORDER BY a DESC NULLS LAST) FROM t
SELECT string_agg(DISTINCT b, ',' ORDER BY a) FROM t
SELECT string_agg(DISTINCT b, ',' ORDER BY b) FROM t
SELECT count(DISTINCT j), count(DISTINCT p) FROM t
SELECT count(DISTINCT x) FROM (SELECT '{}'::json AS x) AS q
SELECT count(*), count() FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t
SELECT percentile_cont(a) WITHIN GROUP (ORDER BY a) FROM t
SELECT rank(1) WITHIN GROUP (ORDER BY a), mode() WITHIN GROUP (ORDER BY b) FROM t
SELECT mode() FROM t
SELECT max(a) WITHIN GROUP (ORDER BY a) FROM t
SELECT lower(DISTINCT b) FROM t
SELECT lower(b) OVER () FROM t
SELECT array_agg(generate_series(1, a)) FROM t
SELECT a, b FROM t FULL JOIN u USING (a, b) GROUP BY a
SELECT a FROM t FULL JOIN u USING (a, b) GROUP BY a
SELECT json_agg(t), json_object_agg(a, b) FROM t
SELECT t.* FROM t GROUP BY t
SELECT t FROM t GROUP BY t.a
"""

SORTING = """
SELECT a FROM t ORDER BY a, b DESC NULLS FIRST
SELECT a AS x FROM t ORDER BY x
SELECT a AS x FROM t ORDER BY x + 1
SELECT a AS x, b AS x FROM t ORDER BY x
SELECT a AS x, a AS x FROM t ORDER BY x
SELECT a FROM t ORDER BY 2
SELECT a FROM t ORDER BY 'x'
SELECT a FROM t ORDER BY 1.5
SELECT a FROM t ORDER BY j, p
SELECT a FROM (SELECT 1 AS a, '{}'::json AS x) AS q ORDER BY x
SELECT DISTINCT x FROM (SELECT point '(1,2)' AS x) AS q
SELECT a FROM t ORDER BY a USING <
SELECT a FROM t ORDER BY a USING =
SELECT a FROM t ORDER BY b USING @@@
SELECT DISTINCT a FROM t ORDER BY b
SELECT DISTINCT a FROM t ORDER BY a + 1
SELECT DISTINCT a, b FROM t ORDER BY b
SELECT DISTINCT FROM t
SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b
SELECT DISTINCT ON (a) a, b FROM t ORDER BY b
SELECT DISTINCT ON (a, b) a, b FROM t ORDER BY b, a
SELECT DISTINCT ON (1) a FROM t
SELECT DISTINCT ON (x) a FROM t
SELECT a FROM t LIMIT 1 OFFSET 2
SELECT a FROM t LIMIT a
SELECT a FROM t LIMIT 'x'
SELECT a FROM t LIMIT true
SELECT a FROM t OFFSET (SELECT max(a) FROM s)
SELECT a FROM t ORDER BY a FETCH FIRST 2 ROWS WITH TIES
SELECT a FROM t FETCH FIRST 2 ROWS WITH TIES
SELECT a FROM t FOR UPDATE
SELECT a FROM t FOR UPDATE OF t NOWAIT
SELECT a FROM t FOR SHARE OF s
SELECT a FROM t AS v FOR UPDATE OF t
SELECT a FROM t FOR UPDATE OF public.t
SELECT DISTINCT a FROM t FOR UPDATE
SELECT max(a) FROM t FOR UPDATE
SELECT a FROM t GROUP BY a FOR NO KEY UPDATE
SELECT row_number() OVER () FROM t FOR KEY SHARE
SELECT generate_series(1, 2) FROM t FOR UPDATE
SELECT a FROM t JOIN s USING (a) FOR UPDATE OF s SKIP LOCKED
SELECT * FROM (SELECT max(a) FROM t) AS q FOR UPDATE
SELECT * FROM generate_series(1, 2) AS g FOR UPDATE OF g
VALUES (1) FOR UPDATE
SELECT a FROM t UNION SELECT a FROM s FOR UPDATE
WITH q AS (SELECT 1) SELECT * FROM q FOR UPDATE OF q
"""

WINDOWS = """
SELECT row_number() OVER (), rank() OVER (PARTITION BY a ORDER BY b) FROM t
SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY b)
SELECT sum(a) OVER x FROM t WINDOW w AS (ORDER BY b)
SELECT sum(a) OVER (w PARTITION BY b) FROM t WINDOW w AS (ORDER BY a)
SELECT sum(a) OVER (w ORDER BY b) FROM t WINDOW w AS (ORDER BY a)
SELECT sum(a) OVER (w) FROM t WINDOW w AS (ORDER BY a ROWS 1 PRECEDING)
SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY a ROWS 1 PRECEDING)
SELECT 1 FROM t WINDOW w AS (), w AS ()
SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND a FOLLOWING) FROM t
SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY d RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW) FROM s
SELECT sum(a) OVER (ORDER BY d RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM s
SELECT sum(a) OVER (RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY a, b RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (GROUPS 1 PRECEDING) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS 'x' PRECEDING) FROM t
SELECT sum(sum(a)) OVER () FROM t
SELECT sum(row_number() OVER ()) FROM t
SELECT sum(row_number() OVER ()) OVER () FROM t
SELECT a FROM t WHERE row_number() OVER () = 1
SELECT a FROM t GROUP BY rank() OVER ()
SELECT a FROM t HAVING row_number() OVER () = 1
SELECT a FROM t JOIN s ON row_number() OVER () = 1
SELECT a FROM t ORDER BY row_number() OVER (ORDER BY a)
SELECT row_number() FROM t
SELECT count(DISTINCT a) OVER () FROM t
SELECT string_agg(b, ',' ORDER BY a) OVER () FROM t
SELECT rank() FILTER (WHERE true) OVER () FROM t
SELECT lag(a, 1, 'x') OVER (ORDER BY b) FROM t
SELECT lag(a, 1, 0) OVER (ORDER BY b), first_value(b) OVER (ORDER BY a) FROM t
SELECT sum(generate_series(1, a)) OVER () FROM t
SELECT a, sum(b) OVER () FROM t
"""

SET_OPERATIONS = """
SELECT a FROM t UNION SELECT a FROM u
SELECT a, b FROM t UNION SELECT a FROM s
SELECT a FROM t UNION SELECT b FROM t
SELECT a FROM t UNION SELECT '1'
SELECT a FROM t UNION SELECT 'x'
SELECT '1' UNION SELECT 2 UNION SELECT '3'
SELECT NULL UNION SELECT NULL UNION SELECT 1
SELECT a FROM t EXCEPT SELECT a FROM s ORDER BY a
SELECT a FROM t INTERSECT SELECT a FROM s ORDER BY 1
SELECT a FROM t UNION SELECT a FROM s ORDER BY a + 1
SELECT a FROM t UNION SELECT a FROM s ORDER BY b
SELECT a AS x FROM t UNION ALL SELECT a FROM s ORDER BY x
SELECT '{}'::json UNION SELECT '{}'::json
SELECT '{}'::json UNION ALL SELECT '{}'::json
(SELECT a FROM t ORDER BY b LIMIT 1) UNION ALL (SELECT a FROM s)
SELECT * FROM t, LATERAL (SELECT t.a UNION SELECT 1) AS q
SELECT * FROM t, (SELECT t.a UNION SELECT 1) AS q
SELECT a FROM t UNION SELECT a FROM s LIMIT a
VALUES (1, 'a'), (2, 'b') ORDER BY column2
VALUES (1, 'a'), (2)
VALUES (1), ('x')
VALUES (DEFAULT)
SELECT max(a) FROM t UNION SELECT a FROM s GROUP BY d
"""

WITH = """
WITH q AS (SELECT a FROM t) SELECT * FROM q
WITH q (x) AS (SELECT a FROM t) SELECT x FROM q
WITH q (x, y) AS (SELECT a FROM t) SELECT x FROM q
WITH q AS (SELECT a FROM t) SELECT b FROM q
WITH q AS (SELECT 1), q AS (SELECT 2) SELECT * FROM q
WITH q AS (SELECT * FROM r), r AS (SELECT 1) SELECT * FROM q
WITH q AS (SELECT * FROM q) SELECT * FROM q
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT sum(n) FROM r
WITH RECURSIVE r AS (SELECT 1 FROM r) SELECT * FROM r
WITH RECURSIVE r AS (SELECT * FROM r UNION SELECT 1) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT r1.n FROM r AS r1, r AS r2) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT a FROM s LEFT JOIN r ON true) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT a FROM s WHERE a IN (SELECT n FROM r)) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n FROM r ORDER BY 1) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n FROM r LIMIT 1) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT max(n) FROM r) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n + 0.5 FROM r) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION (SELECT n FROM r EXCEPT SELECT 1)) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 INTERSECT SELECT n FROM r) SELECT * FROM r
WITH RECURSIVE q AS (SELECT * FROM r), r AS (SELECT 1 AS n UNION SELECT n FROM r) SELECT * FROM q
WITH RECURSIVE q AS (SELECT * FROM r), r AS (SELECT * FROM q) SELECT * FROM q
WITH RECURSIVE r (n) AS (SELECT 'x' UNION SELECT n || 'y' FROM r WHERE false) SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) SEARCH DEPTH FIRST BY n SET o SELECT n, o FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) SEARCH DEPTH FIRST BY x SET o SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) SEARCH DEPTH FIRST BY n SET n SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) CYCLE n SET c USING p SELECT c, p FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) CYCLE n, n SET c USING p SELECT * FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE false) CYCLE n SET c TO 1 DEFAULT 'x' USING p SELECT * FROM r
WITH r (n) AS (SELECT 1) CYCLE n SET c USING p SELECT * FROM r
WITH q AS (INSERT INTO t (a) VALUES (1) RETURNING a) SELECT a FROM q
WITH q AS (INSERT INTO t (a) VALUES (1)) SELECT a FROM q
SELECT * FROM (WITH q AS (DELETE FROM t RETURNING a) SELECT a FROM q) AS x
WITH RECURSIVE q AS (DELETE FROM t WHERE a IN (SELECT a FROM q) RETURNING a) SELECT a FROM q
SELECT (WITH q AS (SELECT t.a) SELECT a FROM q) FROM t
"""

JSON = """
SELECT JSON_OBJECT('a': 1, 'b': j), JSON_ARRAY(1, 'x', b), JSON_ARRAY(SELECT a FROM s) FROM t
SELECT JSON_ARRAY(SELECT a, d FROM s)
SELECT JSON_OBJECTAGG(b: a), JSON_ARRAYAGG(a ORDER BY b) FROM t
SELECT a, JSON_ARRAYAGG(b) FROM t
SELECT JSON_OBJECT('a': 1 RETURNING jsonb), JSON_OBJECT('a': 1 RETURNING text)
SELECT JSON_OBJECT('a': 1 RETURNING int)
SELECT JSON_OBJECT('a': a FORMAT JSON) FROM t
SELECT j IS JSON OBJECT, b IS NOT JSON FROM t
SELECT a IS JSON FROM t
SELECT JSON('{}'), JSON_SCALAR(a), JSON_SERIALIZE(j) FROM t
SELECT JSON(a) FROM t
SELECT JSON_SERIALIZE('{}' RETURNING jsonb)
SELECT JSON_SCALAR(1 RETURNING text)
SELECT JSON_VALUE(j, '$.a'), JSON_QUERY(j, '$.a' WITH WRAPPER), JSON_EXISTS(j, '$.a') FROM t
SELECT JSON_VALUE(j, '$.a' RETURNING int DEFAULT 'x' ON EMPTY) FROM t
SELECT JSON_VALUE(j, '$.a' RETURNING int DEFAULT a ON EMPTY) FROM t
SELECT JSON_VALUE(j, '$.a' EMPTY ARRAY ON ERROR) FROM t
SELECT JSON_QUERY(j, '$.a' WITH WRAPPER OMIT QUOTES) FROM t
SELECT JSON_VALUE(j, '$.') FROM t
SELECT JSON_VALUE(j, a) FROM t
SELECT JSON_VALUE(a, '$') FROM t
SELECT x, y FROM JSON_TABLE('[]', '$[*]' COLUMNS (x int PATH '$.x', y text)) AS q
SELECT z FROM JSON_TABLE('[]', '$[*]' COLUMNS (x int PATH '$.x', y text)) AS q
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (x int, x text)) AS q
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (o FOR ORDINALITY, NESTED PATH '$.y' COLUMNS (z bool EXISTS))) AS q
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (o FOR ORDINALITY, p FOR ORDINALITY)) AS q
SELECT * FROM t, JSON_TABLE(t.j, '$[*]' COLUMNS (x nope)) AS q
"""

TOPICS = {
    name: [line for line in text.strip().splitlines() if line]
    for name, text in {
        "names": NAMES,
        "joins": JOINS,
        "functions in from": FUNCTIONS_IN_FROM,
        "expressions": EXPRESSIONS,
        "grouping": GROUPING,
        "sorting": SORTING,
        "windows": WINDOWS,
        "set operations": SET_OPERATIONS,
        "with": WITH,
        "json": JSON,
    }.items()
}


@pytest.mark.parametrize("topic", TOPICS)
def test_agrees_with_the_server(topic: str, server18: Server) -> None:
    assert_same_verdicts(server18, SETUP + TOPICS[topic])


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic != "json"])
def test_agrees_with_older_servers(topic: str, server: Server) -> None:
    if server.major == 18:
        pytest.skip("asked above")
    assert_same_verdicts(server, SETUP + TOPICS[topic])
