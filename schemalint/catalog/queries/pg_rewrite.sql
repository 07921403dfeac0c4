-- Written rules; the query of a view is in pg_class.sql.
SELECT r.oid, rulename AS name, ev_class AS relid, ev_type AS event, ev_enabled AS enabled, is_instead AS isinstead,
       pg_get_ruledef(r.oid) AS text
FROM pg_rewrite r
WHERE rulename <> '_RETURN'
