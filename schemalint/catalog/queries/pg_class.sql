-- Relations without their columns, which are in pg_attribute.sql.
SELECT c.oid, relname AS name, relnamespace AS namespace, relkind AS kind, relowner AS owner, nullif(reltype, 0) AS type,
       relpersistence AS persistence, nullif(reloftype, 0) AS of_type, nullif(relispartition, false) AS ispartition,
       relam AS am, nullif(reltablespace, 0) AS tablespace, reloptions AS options,
       nullif(relrowsecurity, false) AS rowsecurity, nullif(relforcerowsecurity, false) AS forcerowsecurity,
       CASE WHEN relkind IN ('r', 'p', 'm') THEN relreplident END AS replident, nullif(relispopulated, true) AS populated, relacl::text[] AS acl,
       CASE WHEN relkind IN ('r', 'm', 'p', 'f') THEN reltuples END AS rows,
       CASE WHEN relkind IN ('r', 'm') THEN {size} END AS bytes,
       CASE WHEN relkind IN ('r', 'p', 'f', 'i', 'I') THEN
           (SELECT json_agg(inhparent ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid) END AS inherits,
       CASE WHEN relispartition THEN nullif((SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = c.oid), false) END AS detachpending, -- >= 14
       CASE WHEN relkind = 'p' THEN
           (SELECT json_build_object('strategy', partstrat, 'attrs', partattrs::int2[], 'opclasses', partclass::oid[],
                       'collations', partcollation::oid[],
                       'exprs', CASE WHEN partexprs IS NOT NULL THEN
                           json_build_array(json_build_object('text', pg_get_expr(partexprs, partrelid))) END)
            FROM pg_partitioned_table WHERE partrelid = c.oid) END AS partition_key,
       CASE WHEN relispartition AND relkind NOT IN ('i', 'I') THEN
           (SELECT json_build_object('strategy', partstrat, 'text', pg_get_expr(c.relpartbound, c.oid))
            FROM pg_inherits JOIN pg_partitioned_table ON partrelid = inhparent WHERE inhrelid = c.oid) END AS partition_bound,
       CASE WHEN relkind IN ('v', 'm') THEN json_build_object('text', pg_get_viewdef(c.oid)) END AS view,
       CASE WHEN indexrelid IS NOT NULL THEN
           json_build_object('relid', indrelid, 'key', indkey::int2[], 'nkeyatts', indnkeyatts, 'unique', indisunique,
                             'nulls_not_distinct', indnullsnotdistinct, -- >= 15
                             'primary', indisprimary, 'exclusion', indisexclusion, 'immediate', indimmediate,
                             'clustered', indisclustered, 'valid', indisvalid, 'ready', indisready,
                             'replident', indisreplident, 'collations', indcollation::oid[], 'opclasses', indclass::oid[],
                             'option', indoption::int2[],
                             'exprs', CASE WHEN indexprs IS NOT NULL THEN
                                 (SELECT json_agg(json_build_object('text', pg_get_indexdef(indexrelid, i, false)) ORDER BY i)
                                  FROM generate_series(1, indnkeyatts) i WHERE indkey[i - 1] = 0) END,
                             'predicate', CASE WHEN indpred IS NOT NULL THEN
                                 json_build_object('text', pg_get_expr(indpred, indrelid)) END) END AS index,
       CASE WHEN relkind = 'S' THEN
           (SELECT json_build_object('type', seqtypid, 'start', seqstart, 'increment', seqincrement, 'min', seqmin,
                                     'max', seqmax, 'cache', seqcache, 'cycle', seqcycle)
            FROM pg_sequence WHERE seqrelid = c.oid) END AS sequence,
       CASE WHEN relkind = 'f' THEN (SELECT ftserver FROM pg_foreign_table WHERE ftrelid = c.oid) END AS server,
       CASE WHEN relkind = 'f' THEN (SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = c.oid) END AS fdwoptions
FROM pg_class c
LEFT JOIN pg_index ON indexrelid = c.oid
WHERE relkind <> 't' AND relnamespace <> 99 AND NOT pg_is_other_temp_schema(relnamespace)
