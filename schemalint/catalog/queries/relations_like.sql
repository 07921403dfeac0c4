-- Relations whose name contains some of these texts, those with most of them first, and those with a one-column unique index of a column
-- that is called like one of some keys.
(SELECT c.oid::int8
 FROM pg_class c, LATERAL (SELECT count(*) AS parts FROM unnest(%(names)s::text[]) part
                           WHERE strpos(lower(replace(relname, '_', '')), part) > 0) shared
 WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f') AND parts > 0
 ORDER BY parts DESC, length(relname), c.oid
 LIMIT %(most)s)
UNION
(SELECT indrelid::int8
 FROM pg_attribute JOIN pg_index ON indexrelid = attrelid
 WHERE attrelid >= 16384 AND attnum = 1 AND lower(replace(attname, '_', '')) = ANY(%(keys)s) AND indisunique AND indnkeyatts = 1
 ORDER BY 1
 LIMIT %(most)s)
