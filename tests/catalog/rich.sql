-- One object, or more, of every kind that a catalog can hold. For all majors from 14 on, without extensions.
CREATE ROLE rich_owner NOINHERIT;
CREATE ROLE rich_reader LOGIN PASSWORD 'rich_secret';
GRANT rich_owner TO rich_reader WITH ADMIN OPTION;
ALTER ROLE rich_reader SET lock_timeout = '2s';
CREATE SCHEMA app AUTHORIZATION rich_owner;
CREATE SCHEMA "Odd ""schema""";
GRANT USAGE ON SCHEMA app TO rich_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner IN SCHEMA app GRANT SELECT ON TABLES TO rich_reader;
COMMENT ON SCHEMA app IS 'the application''s';

CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE app.mood ADD VALUE 'so so' BEFORE 'ok';
CREATE TYPE app.pair AS (a int, b text COLLATE "C");
CREATE TYPE app.span AS RANGE (subtype = numeric);
CREATE DOMAIN app.positive AS int DEFAULT 1 CONSTRAINT is_positive CHECK (VALUE > 0);
ALTER DOMAIN app.positive ADD CONSTRAINT is_small CHECK (VALUE < 1000) NOT VALID;
CREATE COLLATION app.ci (locale = 'C', provider = libc);
COMMENT ON TYPE app.mood IS 'feelings';

CREATE FUNCTION app.plus(a int, b int DEFAULT 1, OUT total bigint) LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a::bigint + b';
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp
    AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
CREATE FUNCTION app.body(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT i + 1; END;
CREATE FUNCTION app.many(VARIADIC items text[]) RETURNS TABLE (item text, place int) LANGUAGE sql
    AS 'SELECT i, 1 FROM unnest(items) i';
CREATE PROCEDURE app.work(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := x + 1; END';
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
REVOKE EXECUTE ON FUNCTION app.plus(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.plus(int, int) TO rich_reader;
CREATE FUNCTION app.same(app.mood, app.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2::text';
CREATE FUNCTION app.hash(app.mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE OPERATOR app.=== (LEFTARG = app.mood, RIGHTARG = app.mood, FUNCTION = app.same, COMMUTATOR = OPERATOR(app.===));
CREATE OPERATOR CLASS app.mood_ops FOR TYPE app.mood USING hash AS OPERATOR 1 app.===, FUNCTION 1 app.hash(app.mood);
CREATE FUNCTION app.to_mood(text) RETURNS app.mood LANGUAGE sql AS 'SELECT ''ok''::app.mood';
CREATE CAST (text AS app.mood) WITH FUNCTION app.to_mood(text) AS ASSIGNMENT;

CREATE TABLE app.customers (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 2) PRIMARY KEY,
    email varchar(200) NOT NULL COLLATE "C",
    mood app.mood DEFAULT 'ok',
    pairs app.pair[],
    gone int,
    score app.positive,
    doubled bigint GENERATED ALWAYS AS (id * 2) STORED,
    changed timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT email_has_at CHECK (email ~ '@') NO INHERIT,
    CONSTRAINT one_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED,
    EXCLUDE USING gist (int8range(id, id + 1) WITH &&)
) WITH (fillfactor = 70);
ALTER TABLE app.customers DROP COLUMN gone;
ALTER TABLE app.customers ADD COLUMN added int DEFAULT 7;
ALTER TABLE app.customers ALTER email SET STORAGE EXTERNAL, ALTER email SET STATISTICS 500, ALTER id SET (n_distinct = -1);
ALTER TABLE app.customers OWNER TO rich_owner;
ALTER TABLE app.customers REPLICA IDENTITY FULL;
COMMENT ON COLUMN app.customers.email IS 'where to write to';
GRANT SELECT, UPDATE (email) ON app.customers TO rich_reader WITH GRANT OPTION;
CREATE INDEX customers_lower ON app.customers (lower(email) text_pattern_ops DESC, (score + 1)) INCLUDE (changed) WHERE mood <> 'sad';

CREATE TABLE app.orders (
    id serial PRIMARY KEY,
    customer bigint REFERENCES app.customers ON DELETE SET NULL,
    note text,
    total numeric(10, 2) CHECK (total >= 0)
);
ALTER TABLE app.orders ADD CONSTRAINT small CHECK (total < 1000000) NOT VALID;
ALTER TABLE app.orders CLUSTER ON orders_pkey;
CREATE UNLOGGED TABLE public."Mixed Case" ("Id" uuid DEFAULT gen_random_uuid(), LIKE app.orders INCLUDING COMMENTS);
CREATE TABLE app.child (extra int) INHERITS (app.orders);
CREATE TABLE app.typed OF app.pair (PRIMARY KEY (a));

CREATE TABLE app.events (at date NOT NULL, kind text, n int) PARTITION BY RANGE (at, lower(kind));
CREATE TABLE app.events_2020 PARTITION OF app.events FOR VALUES FROM ('2020-01-01', 'a') TO ('2021-01-01', MAXVALUE);
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX events_n ON app.events (n);
CREATE TABLE app.hashed (i int) PARTITION BY HASH (i);
CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY LIST (i);
CREATE TABLE app.hashed_0_1 PARTITION OF app.hashed_0 FOR VALUES IN (1, NULL);

CREATE TABLE app.parts (id int PRIMARY KEY, label text) PARTITION BY RANGE (id);
CREATE TABLE app.parts_low PARTITION OF app.parts FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE app.parts_lowest PARTITION OF app.parts_low FOR VALUES FROM (0) TO (5);
CREATE TABLE app.uses (part int REFERENCES app.parts, total bigint DEFAULT length('app.orders'::regclass::text), at app.positive);

CREATE VIEW app.happy WITH (security_barrier) AS SELECT id, email FROM app.customers WHERE mood = 'happy' WITH CHECK OPTION;
CREATE VIEW app.counted AS SELECT c.email, count(*) AS n FROM app.happy c JOIN app.orders o ON o.customer = c.id GROUP BY 1;
CREATE MATERIALIZED VIEW app.kept AS SELECT * FROM app.counted WITH NO DATA;
CREATE UNIQUE INDEX ON app.kept (email);
CREATE RULE no_delete AS ON DELETE TO app.orders DO INSTEAD NOTHING;
CREATE TRIGGER touch BEFORE UPDATE OF email, mood ON app.customers FOR EACH ROW
    WHEN (old.email IS DISTINCT FROM new.email) EXECUTE FUNCTION app.touch('an argument', 'C:\temp', 'größer');
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON app.orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.orders DISABLE TRIGGER later;
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.orders AS RESTRICTIVE FOR UPDATE TO rich_reader, rich_owner USING (customer = 1) WITH CHECK (total > 0);
CREATE STATISTICS app.related (ndistinct, dependencies) ON customer, (total * 2) FROM app.orders;
CREATE SEQUENCE app.numbers AS smallint MINVALUE -5 MAXVALUE 100 CACHE 3 CYCLE OWNED BY app.orders.note;
CREATE PUBLICATION changes FOR TABLE app.orders, app.customers WITH (publish = 'insert, update');
CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true');
CREATE SERVER far FOREIGN DATA WRAPPER files OPTIONS (host 'db.internal', password 'server_secret');
CREATE USER MAPPING FOR rich_reader SERVER far OPTIONS (user 'bob', password 'mapping_secret');
CREATE FOREIGN TABLE app.elsewhere (i int OPTIONS (column_name 'x')) SERVER far OPTIONS (table_name 't');
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.watch();
CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = english);
ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR asciiword WITH app.plain, english_stem;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
