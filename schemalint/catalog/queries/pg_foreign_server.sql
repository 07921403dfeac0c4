SELECT oid, srvname AS name, srvowner AS owner, srvfdw AS fdw, srvtype AS type, srvversion AS version,
       srvoptions AS options, srvacl::text[] AS acl
FROM pg_foreign_server
