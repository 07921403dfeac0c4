"""What tables have since 18: named NOT NULL constraints, virtual columns, NOT ENFORCED, WITHOUT OVERLAPS and PERIOD."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = {
    "not null constraints": """
        CREATE TABLE t (a int CONSTRAINT x NOT NULL, b int, CONSTRAINT y NOT NULL b, NOT NULL b);
        CREATE TABLE u (a int CONSTRAINT x NOT NULL, b int, CONSTRAINT x NOT NULL b);
        CREATE TABLE u (a int CONSTRAINT x NOT NULL CONSTRAINT y NOT NULL);
        CREATE TABLE u (a int CONSTRAINT x NOT NULL, CONSTRAINT y NOT NULL a);
        CREATE TABLE u (a int, NOT NULL nosuch);
        CREATE TABLE u (a int, NOT NULL ctid);
        CREATE TABLE u (a int NOT NULL NO INHERIT, NOT NULL a);
        CREATE TABLE u (a int NOT NULL NO INHERIT NOT NULL);
        CREATE TABLE u (a int NOT NULL NO INHERIT PRIMARY KEY);
        CREATE TABLE u (a int NOT NULL NO INHERIT, PRIMARY KEY (a));
        CREATE TABLE u (a int PRIMARY KEY, NOT NULL a NO INHERIT);
        CREATE TABLE u (a serial NOT NULL NO INHERIT);
        CREATE TABLE u (a int GENERATED ALWAYS AS IDENTITY NOT NULL NO INHERIT);
        CREATE TABLE u (a int NOT NULL NO INHERIT) PARTITION BY LIST (a);
        CREATE TABLE u (a int, NOT NULL a NO INHERIT) PARTITION BY LIST (a);
        CREATE TABLE u (a int NOT NULL NO INHERIT, b int NOT NULL);
        CREATE TABLE c () INHERITS (u);
        ALTER TABLE c DROP CONSTRAINT u_b_not_null;
        ALTER TABLE c DROP CONSTRAINT u_a_not_null;
        ALTER TABLE u DROP CONSTRAINT u_b_not_null;
        CREATE TABLE c2 (b int NOT NULL NO INHERIT) INHERITS (t);
        CREATE TABLE c2 (b int CONSTRAINT mine NOT NULL) INHERITS (t);
        ALTER TABLE c2 DROP CONSTRAINT mine;
        ALTER TABLE c2 ALTER b DROP NOT NULL;
        CREATE TABLE l (LIKE t);
        ALTER TABLE l DROP CONSTRAINT x;
        CREATE TABLE l2 (LIKE t, a int);
        CREATE TABLE l2 (LIKE t, CONSTRAINT z NOT NULL a);
        CREATE TABLE l2 (LIKE t, CONSTRAINT x CHECK (a > 0));
        CREATE TABLE n (a int NOT NULL, CONSTRAINT n_a_not_null CHECK (a > 0));
        CREATE TABLE two () INHERITS (t, u);
        ALTER TABLE two DROP CONSTRAINT y;
        ALTER TABLE two DROP CONSTRAINT x;
        CREATE TABLE pk () INHERITS (u);
        CREATE TABLE pk2 (PRIMARY KEY (a)) INHERITS (u);
        ALTER TABLE pk2 DROP CONSTRAINT pk2_a_not_null;
    """,
    "virtual columns": """
        CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int GENERATED ALWAYS AS (a + 1));
        CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL PRIMARY KEY);
        CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL UNIQUE);
        CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL REFERENCES t);
        CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL NOT NULL CHECK (b > 0));
        CREATE INDEX ON t (b);
        CREATE INDEX ON t ((b + 1));
        CREATE INDEX ON t (a) WHERE b > 1;
        CREATE STATISTICS ON a, b FROM t;
        CREATE STATISTICS ON a, (b + 1) FROM t;
        CREATE DOMAIN d AS int;
        CREATE TYPE e AS ENUM ('x');
        CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
        CREATE TABLE w (a int, b d GENERATED ALWAYS AS (a) VIRTUAL);
        CREATE TABLE w (a int, b e GENERATED ALWAYS AS ('x') VIRTUAL);
        CREATE TABLE w (a int, b int GENERATED ALWAYS AS (f(a)) VIRTUAL);
        CREATE TABLE w (a e, b bool GENERATED ALWAYS AS (a = 'x') VIRTUAL);
        CREATE TABLE w (a int, b int GENERATED ALWAYS AS (random()) VIRTUAL);
        CREATE TABLE w (a int, b int GENERATED ALWAYS AS (c) VIRTUAL, c int GENERATED ALWAYS AS (a) STORED);
        CREATE TABLE w (b int GENERATED ALWAYS AS (a) STORED) INHERITS (t);
        CREATE TABLE w (b int GENERATED ALWAYS AS (a * 3) VIRTUAL) INHERITS (t);
        CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL) PARTITION BY RANGE (b);
        CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL) PARTITION BY RANGE (a);
        CREATE TABLE p1 PARTITION OF p (b GENERATED ALWAYS AS (a * 4)) FOR VALUES FROM (1) TO (2);
        CREATE TABLE p2 PARTITION OF p (b GENERATED ALWAYS AS (a * 4) STORED) FOR VALUES FROM (2) TO (3);
    """,
    "not enforced": """
        CREATE TABLE p (a int PRIMARY KEY);
        CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, b int REFERENCES p NOT ENFORCED, CONSTRAINT c CHECK (a < 9) NOT ENFORCED);
        CREATE TABLE u (a int CHECK (a > 0) NOT ENFORCED ENFORCED);
        CREATE TABLE u (a int CHECK (a > 0) ENFORCED NOT ENFORCED);
        CREATE TABLE u (a int UNIQUE NOT ENFORCED);
        CREATE TABLE u (a int NOT NULL NOT ENFORCED);
        CREATE TABLE u (a int NOT ENFORCED);
        CREATE TABLE u (a int ENFORCED CHECK (a > 0));
        CREATE TABLE u (a int, UNIQUE (a) NOT ENFORCED);
        CREATE TABLE u (a int, CHECK (a > 0) NOT ENFORCED NOT VALID);
        CREATE TABLE c (CONSTRAINT c CHECK (a < 9) ENFORCED) INHERITS (t);
        CREATE TABLE c2 (CONSTRAINT c CHECK (a < 9) NOT ENFORCED) INHERITS (t);
        CREATE TABLE t2 (a int, CONSTRAINT c CHECK (a < 9));
        CREATE TABLE c3 (CONSTRAINT c CHECK (a < 9) NOT ENFORCED) INHERITS (t2);
        CREATE TABLE c4 () INHERITS (t, t2);
        ALTER TABLE t VALIDATE CONSTRAINT c;
    """,
    "temporal keys": """
        CREATE TABLE t (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
        CREATE TABLE u (id int4range, during daterange, PRIMARY KEY (during WITHOUT OVERLAPS));
        CREATE TABLE u (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
        CREATE TABLE u (id int4range, during date, PRIMARY KEY (id, during WITHOUT OVERLAPS));
        CREATE TABLE u (id int4range, during datemultirange, UNIQUE (id, during WITHOUT OVERLAPS));
        CREATE TABLE u2 (id int4range, during daterange, PRIMARY KEY (id, nosuch WITHOUT OVERLAPS));
        CREATE TABLE u2 (id int4range, during daterange, UNIQUE (id, during WITHOUT OVERLAPS) DEFERRABLE);
        CREATE TABLE f (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t);
        CREATE TABLE f2 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t (id, PERIOD during));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, during) REFERENCES t);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, during) REFERENCES t (id, during));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t (id, during));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, during) REFERENCES t (id, PERIOD during));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p) REFERENCES t);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES u (id, PERIOD during));
        CREATE TABLE f3 (p int, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t);
        CREATE TABLE f3 (p int4range, during tsrange, FOREIGN KEY (p, PERIOD during) REFERENCES t);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t ON DELETE CASCADE);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t ON UPDATE RESTRICT);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES t ON DELETE SET NULL);
        CREATE TABLE plain (id int4range, during daterange, PRIMARY KEY (id, during));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES plain);
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES plain (id, PERIOD during));
        CREATE TABLE ex (id int4range, during daterange, EXCLUDE USING gist (id WITH =, during WITH &&));
        CREATE TABLE f3 (p int4range, during daterange, FOREIGN KEY (p, PERIOD during) REFERENCES ex (id, PERIOD during));
        CREATE TABLE pt (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS)) PARTITION BY LIST (id);
        CREATE TABLE pt2 (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS)) PARTITION BY RANGE (during);
        CREATE TABLE pt3 (id int4range, during daterange, x int, PRIMARY KEY (id, during WITHOUT OVERLAPS)) PARTITION BY RANGE (x);
        ALTER TABLE t DROP COLUMN during;
        DROP TABLE f, f2;
        ALTER TABLE t DROP COLUMN during;
    """,
    "exclusion over partitions": """
        CREATE TABLE p (a int, b box, EXCLUDE USING gist (b WITH &&)) PARTITION BY LIST (a);
        CREATE TABLE p (a int4range, b box, EXCLUDE USING gist (a WITH &&, b WITH &&)) PARTITION BY LIST (a);
        CREATE TABLE p (a int4range, b box, EXCLUDE USING gist (a WITH =, b WITH &&)) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('[1,2)');
        CREATE TABLE q (a int, b int, EXCLUDE USING btree (a WITH =)) PARTITION BY RANGE (b);
        CREATE TABLE q (a int, b int, EXCLUDE USING btree (a WITH =, b WITH =)) PARTITION BY RANGE (b);
    """,
    "like of a foreign table and others": """
        CREATE FOREIGN DATA WRAPPER dummy;
        CREATE SERVER s FOREIGN DATA WRAPPER dummy;
        CREATE TABLE t (a int PRIMARY KEY CHECK (a > 0), b text DEFAULT 'x', c int GENERATED ALWAYS AS IDENTITY);
        CREATE FOREIGN TABLE f (LIKE t INCLUDING ALL) SERVER s;
        CREATE FOREIGN TABLE f2 (a int PRIMARY KEY) SERVER s;
        CREATE FOREIGN TABLE f2 (a int UNIQUE) SERVER s;
        CREATE FOREIGN TABLE f2 (a int REFERENCES t) SERVER s;
        CREATE FOREIGN TABLE f2 (a int, EXCLUDE (a WITH =)) SERVER s;
        CREATE FOREIGN TABLE f2 (a int OPTIONS (x 'y', x 'z')) SERVER s;
        CREATE FOREIGN TABLE f2 (a int OPTIONS (x 'y') NOT NULL CHECK (a > 0)) SERVER nosuch;
        CREATE FOREIGN TABLE f2 (a int OPTIONS (x 'y') NOT NULL CHECK (a > 0)) SERVER s OPTIONS (p 'q', p 'r');
        CREATE FOREIGN TABLE f2 (a int OPTIONS (x 'y') NOT NULL CHECK (a > 0)) SERVER s OPTIONS (p 'q');
        CREATE FOREIGN TABLE IF NOT EXISTS f2 (a int) SERVER nosuch;
        CREATE FOREIGN TABLE f2 (a int) SERVER s;
        CREATE INDEX ON f2 (a);
        CREATE TABLE x (a int REFERENCES f2);
        CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
        CREATE FOREIGN TABLE p1 PARTITION OF p FOR VALUES IN (1) SERVER s;
        CREATE UNIQUE INDEX ON p (a);
        CREATE INDEX ON p (b);
        ALTER TABLE p ADD FOREIGN KEY (b) REFERENCES t;
        CREATE TABLE p2 (a int PRIMARY KEY) PARTITION BY LIST (a);
        CREATE FOREIGN TABLE p21 PARTITION OF p2 FOR VALUES IN (1) SERVER s;
        DROP SERVER s;
        DROP FOREIGN TABLE t;
        DROP TABLE f2;
    """,
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_every_statement_has_the_server_s_verdict(server: Server, script: str) -> None:
    assert_same_verdicts(server, script)
