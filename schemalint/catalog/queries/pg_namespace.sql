-- Schemas; those of other sessions' temporary objects do not concern a migration.
SELECT oid, nspname AS name, nspowner AS owner, nspacl::text[] AS acl
FROM pg_namespace
WHERE NOT pg_is_other_temp_schema(oid) AND nspname !~ '^pg_(toast_)?temp_'
