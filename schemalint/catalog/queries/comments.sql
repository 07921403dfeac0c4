SELECT classoid::regclass::text AS classid, objoid::int8 AS objid, objsubid, description
FROM pg_description
WHERE objoid >= 16384
UNION ALL
SELECT classoid::regclass::text, objoid::int8, objsubid, description
FROM pg_description
WHERE objoid < 16384 AND classoid = 'pg_namespace'::regclass AND objoid = 2200 AND description <> 'standard public schema'
UNION ALL
SELECT classoid::regclass::text, objoid::int8, 0, description
FROM pg_shdescription
WHERE objoid >= 16384 AND (classoid <> 'pg_database'::regclass
                           OR objoid = (SELECT oid FROM pg_database WHERE datname = current_database()))
