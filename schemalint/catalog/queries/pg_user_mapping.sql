-- The view shows options only to those who may see them.
SELECT umid AS oid, umuser AS user, srvid AS server, umoptions AS options
FROM pg_user_mappings
