-- What belongs to relations, themselves included: catalog and identifier.
WITH tables AS (SELECT unnest(%(relations)s::oid[]) AS oid),
relations AS (
    SELECT oid FROM tables
    UNION SELECT indexrelid FROM pg_index JOIN tables ON indrelid = tables.oid
    UNION SELECT d.objid FROM tables, LATERAL (  -- sequences that columns own
              SELECT objid FROM pg_depend
              WHERE refclassid = 'pg_class'::regclass AND refobjid = tables.oid AND classid = 'pg_class'::regclass
                    AND refobjsubid > 0 AND objsubid = 0 AND deptype IN ('a', 'i') OFFSET 0) d
    UNION SELECT d.refobjid FROM pg_attrdef ad JOIN tables ON ad.adrelid = tables.oid  -- and that their defaults use
          JOIN LATERAL (SELECT refobjid FROM pg_depend WHERE classid = 'pg_attrdef'::regclass AND objid = ad.oid
                                                             AND refclassid = 'pg_class'::regclass OFFSET 0) d ON true
          JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'S'),
types AS (
    SELECT atttypid AS oid FROM pg_attribute a JOIN tables ON attrelid = tables.oid WHERE atttypid >= 16384 AND NOT attisdropped
    UNION SELECT reltype FROM pg_class c JOIN relations USING (oid) WHERE reltype <> 0
    UNION SELECT unnest(%(types)s::oid[])),
related AS (
    SELECT oid FROM types
    UNION SELECT unnest(ARRAY[typarray, typelem, typbasetype]) FROM pg_type JOIN types USING (oid))
SELECT 'pg_class' AS classid, oid::int8 FROM relations
UNION ALL SELECT 'pg_type', oid::int8 FROM related WHERE oid >= 16384
UNION ALL SELECT 'pg_constraint', k.oid::int8 FROM pg_constraint k JOIN tables ON conrelid = tables.oid
UNION ALL SELECT 'pg_constraint', k.oid::int8 
      FROM types, LATERAL (SELECT oid FROM pg_constraint WHERE contypid = types.oid OFFSET 0) k
UNION SELECT 'pg_constraint', k.oid::int8 FROM tables
      JOIN LATERAL (SELECT objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = tables.oid
                                                      AND classid = 'pg_constraint'::regclass OFFSET 0) d ON true
      JOIN pg_constraint k ON k.oid = d.objid
UNION ALL SELECT 'pg_trigger', t.oid::int8 FROM pg_trigger t JOIN tables ON tgrelid = tables.oid WHERE NOT tgisinternal
UNION ALL SELECT 'pg_proc', tgfoid::int8 FROM pg_trigger t JOIN tables ON tgrelid = tables.oid
          WHERE NOT tgisinternal AND tgfoid >= 16384
UNION ALL SELECT 'pg_policy', p.oid::int8 FROM pg_policy p JOIN tables ON polrelid = tables.oid
UNION ALL SELECT 'pg_rewrite', r.oid::int8 FROM pg_rewrite r JOIN tables ON ev_class = tables.oid
UNION ALL SELECT 'pg_statistic_ext', s.oid::int8 FROM pg_statistic_ext s JOIN tables ON stxrelid = tables.oid
UNION ALL SELECT 'pg_attrdef', ad.oid::int8 FROM pg_attrdef ad JOIN tables ON adrelid = tables.oid
