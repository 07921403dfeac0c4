-- That catalogs' columns are not null stands in their columns; PostgreSQL 18 has a constraint for each, too.
SELECT oid, conname AS name, connamespace AS namespace, contype AS type, nullif(condeferrable, false) AS deferrable,
       nullif(condeferred, false) AS deferred, nullif(convalidated, true) AS validated,
       nullif(conenforced, true) AS enforced, nullif(conperiod, false) AS period, -- >= 18
       nullif(conrelid, 0) AS relid, nullif(contypid, 0) AS typid, nullif(conindid, 0) AS indid,
       nullif(conparentid, 0) AS parentid, nullif(confrelid, 0) AS frelid,
       CASE WHEN contype = 'f' THEN confupdtype END AS fupdtype,
       CASE WHEN contype = 'f' THEN confdeltype END AS fdeltype,
       CASE WHEN contype = 'f' THEN confmatchtype END AS fmatchtype,
       nullif(conislocal, true) AS islocal, nullif(coninhcount, 0) AS inhcount, nullif(connoinherit, false) AS noinherit,
       conkey AS key, confkey AS fkey, conpfeqop AS eqops, conexclop AS exclops,
       confdelsetcols AS fdelsetcols, -- >= 15
       CASE WHEN contype = 'c' THEN json_build_object('text', pg_get_expr(conbin, conrelid)) END AS expr
FROM pg_constraint
WHERE NOT pg_is_other_temp_schema(connamespace)
