SELECT oid, spcname AS name, spcowner AS owner, spcacl::text[] AS acl
FROM pg_tablespace
