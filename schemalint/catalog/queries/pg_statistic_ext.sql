SELECT oid, stxname AS name, stxnamespace AS namespace, stxowner AS owner, stxrelid AS relid, stxkeys::int2[] AS keys,
       array_to_string(stxkind, '') AS kinds,
       CASE WHEN stxexprs IS NOT NULL THEN -- >= 14
           (SELECT json_agg(json_build_object('text', expr) ORDER BY place) -- >= 14
            FROM unnest(pg_get_statisticsobjdef_expressions(oid)) WITH ORDINALITY AS exprs (expr, place)) END AS exprs, -- >= 14
       nullif(stxstattarget, -1) AS target
FROM pg_statistic_ext
