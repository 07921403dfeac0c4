-- The relations that some names or identifiers can be about: those of the name, of a constraint of the name, their tables when they are
-- indexes; then all that inherit or are inherited from, views upon them, what views read, and tables
-- at the other end of a foreign key. OFFSET 0 keeps the planner, which cannot know how few relations these are, from reading pg_depend
-- from end to end.
WITH RECURSIVE named AS (
    SELECT oid FROM pg_class WHERE relname = ANY(%(names)s) AND relkind <> 't' AND oid >= 16384
    UNION SELECT conrelid FROM pg_constraint WHERE conname = ANY(%(names)s) AND conrelid >= 16384
    UNION SELECT unnest(%(oids)s::oid[])
), reached AS (
    SELECT coalesce(indrelid, named.oid) AS oid FROM named LEFT JOIN pg_index ON indexrelid = named.oid
    UNION
    SELECT n.oid
    FROM reached r, LATERAL (
        SELECT inhparent AS oid FROM pg_inherits WHERE inhrelid = r.oid
        UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = r.oid
        UNION ALL SELECT ev_class
                  FROM (SELECT objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = r.oid
                                                          AND classid = 'pg_rewrite'::regclass OFFSET 0) d
                  JOIN pg_rewrite w ON w.oid = d.objid) n
)
SELECT oid::int8 FROM reached
UNION SELECT confrelid::int8 FROM reached r JOIN pg_constraint k ON k.conrelid = r.oid WHERE contype = 'f'
UNION SELECT k.conrelid::int8 FROM reached r
      JOIN LATERAL (SELECT objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = r.oid
                                                      AND classid = 'pg_constraint'::regclass OFFSET 0) d ON true
      JOIN pg_constraint k ON k.oid = d.objid AND k.confrelid = r.oid
UNION SELECT d.refobjid::int8 FROM reached r
      JOIN pg_rewrite w ON w.ev_class = r.oid
      JOIN LATERAL (SELECT refobjid FROM pg_depend WHERE classid = 'pg_rewrite'::regclass AND objid = w.oid
                                                         AND refclassid = 'pg_class'::regclass OFFSET 0) d ON true
      WHERE d.refobjid >= 16384
