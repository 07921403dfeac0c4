-- Objects whose identifiers differ between builds: catalog, identifier, schema and name, by which the same are found elsewhere.
SELECT classid, objid::int8, nspname, name
FROM (SELECT 'pg_class' AS classid, oid AS objid, relnamespace AS namespace, relname::text AS name FROM pg_class
      UNION ALL SELECT 'pg_type', oid, typnamespace, typname FROM pg_type
      UNION ALL SELECT 'pg_proc', oid, pronamespace, proname FROM pg_proc
      UNION ALL SELECT 'pg_collation', oid, collnamespace, collname FROM pg_collation
      UNION ALL SELECT 'pg_conversion', oid, connamespace, conname FROM pg_conversion
      UNION ALL SELECT 'pg_ts', oid, cfgnamespace, 'config ' || cfgname FROM pg_ts_config
      UNION ALL SELECT 'pg_ts', oid, dictnamespace, 'dict ' || dictname FROM pg_ts_dict
      UNION ALL SELECT 'pg_ts', oid, prsnamespace, 'parser ' || prsname FROM pg_ts_parser
      UNION ALL SELECT 'pg_ts', oid, tmplnamespace, 'template ' || tmplname FROM pg_ts_template
      UNION ALL SELECT 'pg_namespace', oid, 0, nspname FROM pg_namespace
      UNION ALL SELECT 'pg_language', oid, 0, lanname FROM pg_language
      UNION ALL SELECT 'pg_extension', oid, 0, extname FROM pg_extension) o
LEFT JOIN pg_namespace n ON n.oid = o.namespace
WHERE o.objid >= 12000 AND o.objid < 16384 AND o.namespace <> 99
