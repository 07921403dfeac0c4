SELECT oid, polname AS name, polrelid AS relid, polcmd AS cmd, polpermissive AS permissive, polroles AS roles,
       CASE WHEN polqual IS NOT NULL THEN json_build_object('text', pg_get_expr(polqual, polrelid)) END AS qual,
       CASE WHEN polwithcheck IS NOT NULL THEN json_build_object('text', pg_get_expr(polwithcheck, polrelid)) END AS withcheck
FROM pg_policy
