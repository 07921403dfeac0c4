"""What a server accepts where its tables exist is not refused where nothing is known of them."""

from __future__ import annotations

import psycopg
import pytest
from same_verdicts import statements_of
from servers import Server

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.simulator import Simulator

TABLES = """
    create table orders (id int, customer int, state text, total int);
    create table customers (id int, name text, region int);
    create table regions (id int, name text);
    create type weight;
    create function weight_in(cstring) returns weight language internal immutable strict as 'int4in';
    create function weight_out(weight) returns cstring language internal immutable strict as 'int4out';
"""
STATEMENTS = """
    select * from orders o join customers c on o.customer = c.id join regions r on o.total > r.id and c.region = r.id;
    select 1 from orders left join customers on orders.customer = customers.id left join regions on orders.id = regions.id;
    select 1 from (orders o left join customers c on o.customer = c.id) left join regions r on o.id = r.id;
    select 1 from orders o join (customers c join regions r on c.region = r.id) on o.customer = c.id and o.id = r.id;
    select id, state from orders union all select id, name from customers order by 2;
    select state from orders union select name from customers order by 1;
    create view shown as select state::information_schema.sql_identifier as shown, total from orders;
    select state from orders o group by state having exists (select 1 from customers c where sum(o.total) = c.region);
    select grouping((select o.state from customers c where c.id = o.id)) from orders o group by (select o.state from customers c where c.id = o.id);
    prepare dear as select * from (select id, total from orders union all select id, region from customers) t where total = $1;
    select orders.total, public.orders.state from public.orders where public.orders.id in (select region from customers where id = public.orders.id);
    create function priced(o orders) returns int language sql as 'select case when o.total > 0 then o.total / o.id end';
    create type weight (internallength = 4, input = weight_in, output = weight_out, like = int4);
    create function order_it(a int) returns void language sql begin atomic insert into orders select a + $1; end;
"""


def test_the_server_accepts_them(server18: Server) -> None:
    with server18.database() as connection:
        for statement in statements_of(TABLES):
            connection.execute(statement.encode())
        for statement in statements_of(STATEMENTS):
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                pytest.fail(f"{statement}: {error}")


@pytest.mark.parametrize("statement", statements_of(STATEMENTS))
def test_nothing_is_refused_in_an_open_catalog(statement: str) -> None:
    outcome = Simulator(catalog=Catalog(load(18), closed=False)).execute(statement)
    assert outcome.understood
    assert (outcome.sqlstate, outcome.message) == (None, None)
    assert outcome.undecided
