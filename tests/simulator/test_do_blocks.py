"""DO blocks and PL/pgSQL bodies, judged by real servers."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

from schemalint.simulator import Simulator

SCRIPTS = {
    "what statements assign that may not run is not known": """
        create table parts (id int, name text);
        insert into parts values (1, 'abc');
        create function union_of_parts() returns bool language plpgsql as $$
        declare query text; part record;
        begin
            query := 'create or replace view all_parts as ';
            for part in select * from parts loop
                query := query || 'select id from parts where name = ' || quote_literal(part.name);
            end loop;
            execute query;
            return true;
        end $$;
        select * from union_of_parts();
        select * from all_parts;
    """,
    "what comes after a RETURN or EXIT that may be reached may not run": """
        create table parts (id int);
        insert into parts values (1);
        create function early() returns void language plpgsql as $$
        begin
            if (select count(*) from parts) > 0 then return; end if;
            execute 'create view broken as ';
        end $$;
        select early();
        do $$
        declare part record;
        begin
            for part in select * from parts loop
                if part.id = 1 then exit; end if;
                create table parts (b int);
            end loop;
        end $$;
        do $$
        declare n int;
        begin
            select id into n from parts;
            while n < 10 loop n := n + 1; if n = 3 then return; end if; end loop;
            execute 'create table';
        end $$;
    """,
    "a handler may run where rows decide": """
        create table parts (id int);
        do $$ begin
            perform 1 / count(*) from parts;
        exception when division_by_zero then create table rescued (a int);
        end $$;
        select * from rescued;
        do $$ begin copy parts from '/nowhere/rows'; exception when undefined_file then null; end $$;
        do $$ begin copy parts from stdin; end $$;
    """,
    "variables of an inner block end with it": """
        do $$
        declare name text := 'outer_table';
        begin
            declare name text := 'inner_table'; begin null; end;
            execute 'create table ' || name || ' (a int)';
        end $$;
        select * from outer_table;
        select * from inner_table;
    """,
    "a guarded type": [
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
        "WHERE t.typname = 'mood' AND n.nspname = 'public') THEN CREATE TYPE mood AS ENUM ('sad', 'ok'); END IF; END $$",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN RAISE EXCEPTION 'gone'; END IF; END $$",
        "DO $$ BEGIN CREATE TYPE mood AS ENUM ('glad'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "DO $$ BEGIN CREATE TYPE mood AS ENUM ('glad'); EXCEPTION WHEN undefined_table THEN NULL; END $$",
        "SELECT 'sad'::mood",
    ],
    "columns asked of information_schema": [
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.item (id int PRIMARY KEY, label text)",
        "DO $$ BEGIN IF EXISTS (SELECT * FROM information_schema.columns WHERE table_schema = 'shop' "
        "AND table_name = 'item' AND column_name = 'label') THEN ALTER TABLE shop.item RENAME COLUMN label TO title; END IF; END $$",
        "SELECT title FROM shop.item",
        "SELECT label FROM shop.item",
        "DO $$ DECLARE found_one boolean; BEGIN SELECT EXISTS (SELECT 1 FROM information_schema.table_constraints "
        "WHERE constraint_name = 'item_pkey') INTO found_one; IF found_one THEN RAISE SQLSTATE 'AB123'; END IF; END $$",
    ],
    "strings that are executed": [
        "CREATE TABLE parts (id int)",
        "DO $$ DECLARE t text := 'parts'; BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN %I int', t, 'Size'); END $$",
        'SELECT "Size" FROM parts',
        "DO $$ DECLARE n text; BEGIN FOREACH n IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE 'CREATE TABLE part_' || n || ' (id int)'; "
        "END LOOP; END $$",
        "SELECT id FROM part_b",
        "DO $$ BEGIN FOR i IN 1..2 LOOP EXECUTE format('DROP TABLE part_%s', chr(96 + i)); END LOOP; "
        "EXCEPTION WHEN OTHERS THEN NULL; END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE nowhere'; END $$",
        "DO $$ BEGIN EXECUTE NULL; END $$",
    ],
    "a handler takes back what its block did": [
        "DO $$ BEGIN CREATE TABLE kept (id int); BEGIN CREATE TABLE gone (id int); CREATE TABLE kept (id int); "
        "EXCEPTION WHEN duplicate_table THEN CREATE TABLE instead (id int); END; END $$",
        "SELECT id FROM kept",
        "SELECT id FROM instead",
        "SELECT id FROM gone",
    ],
    "what the compiler refuses": [
        "DO $$ BEGIN SELECT 1; END $$",
        "DO $$ BEGIN x := 1; END $$",
        "DO $$ DECLARE x CONSTANT int := 1; BEGIN x := 2; END $$",
        "DO $$ DECLARE x int; x text; BEGIN END $$",
        "DO $$ DECLARE x nosuchtype; BEGIN END $$",
        "DO $$ DECLARE x nosuchtable%ROWTYPE; BEGIN END $$",
        "DO $$ BEGIN EXIT; END $$",
        "DO $$ BEGIN LOOP EXIT nowhere; END LOOP; END $$",
        "DO $$ BEGIN NULL; EXCEPTION WHEN no_such_condition THEN NULL; END $$",
        "DO $$ BEGIN RAISE NOTICE '% and %', 1; END $$",
        "DO $$ BEGIN RETURN 1; END $$",
        "DO $$ BEGIN IF 1 = THEN NULL; END IF; END $$",
        "DO $$ BEGIN IF true THEN NULL; END; $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN NEXT 1; END $$",
        "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE FUNCTION f(OUT a int) LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 +; RETURN 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP NULL; END LOOP; "
        "RETURN 1; END $$",
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated := now(); RETURN NEW; END $$",
        "CREATE FUNCTION h() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$",
    ],
    "transactions": [
        "DO $$ BEGIN COPY pg_class TO STDOUT; END $$",
        "DO $$ BEGIN ASSERT 1 = 2; END $$",
        "DO LANGUAGE nosuch $$ BEGIN END $$",
        "DO LANGUAGE sql $$ SELECT 1 $$",
    ],
}


@pytest.mark.server
@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_go_as_on_a_server(server18: Server, name: str) -> None:
    assert_same_verdicts(server18, SCRIPTS[name])


def test_a_condition_that_is_not_known_makes_names_unknown() -> None:
    simulator = Simulator(18)
    simulator.execute("CREATE TABLE t (id int)")
    block = "DO $$ BEGIN IF (SELECT count(*) FROM t) > 0 THEN CREATE TABLE maybe (id int); END IF; END $$"
    assert simulator.execute(block).undecided
    outcome = simulator.execute("SELECT id FROM maybe")
    assert outcome.sqlstate is None
    assert outcome.undecided
    assert simulator.execute("SELECT id FROM never").sqlstate == "42P01"


def test_a_refusal_points_into_the_body() -> None:
    text = "DO $$\nBEGIN\n  DROP TABLE nowhere;\nEND $$"
    outcome = Simulator(18).execute(text)
    assert outcome.sqlstate == "42P01"
    assert text[outcome.start : outcome.end].strip().startswith("DROP TABLE nowhere")
