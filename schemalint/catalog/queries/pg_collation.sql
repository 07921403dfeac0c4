-- Collations of an encoding that this database does not have cannot be used in it.
SELECT oid, collname AS name, collnamespace AS namespace, collowner AS owner, collprovider AS provider,
       collisdeterministic AS deterministic, collencoding AS encoding,
       coalesce(to_json(c) ->> 'colllocale', to_json(c) ->> 'colliculocale', collcollate) AS locale
FROM pg_collation c
WHERE collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
