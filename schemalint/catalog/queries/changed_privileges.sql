-- The server's own objects whose privileges are no longer those that initdb gave.
SELECT 'pg_proc' AS classid, p.oid::int8, proacl::text[]
FROM pg_proc p
LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass AND i.objsubid = 0
WHERE p.oid < 16384 AND proacl IS DISTINCT FROM initprivs
UNION ALL
SELECT 'pg_class', c.oid::int8, relacl::text[]
FROM pg_class c
LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = 0
WHERE c.oid < 16384 AND relacl IS DISTINCT FROM initprivs
UNION ALL
SELECT 'pg_type', oid::int8, typacl::text[]
FROM pg_type
WHERE oid < 16384 AND typacl IS NOT NULL
