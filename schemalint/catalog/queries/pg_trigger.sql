-- Without those that the server made for foreign keys. WHEN names two relations, which pg_get_expr cannot print.
SELECT oid, tgname AS name, tgrelid AS relid, nullif(tgparentid, 0) AS parentid, tgfoid AS func, tgtype AS type,
       tgenabled AS enabled, nullif(tgconstrrelid, 0) AS constrrelid, nullif(tgconstrindid, 0) AS constrindid,
       nullif(tgconstraint, 0) AS constraint, nullif(tgdeferrable, false) AS deferrable,
       nullif(tginitdeferred, false) AS initdeferred,
       CASE WHEN tgnargs > 0 THEN
           (SELECT json_agg(convert_from(decode(arg, 'escape'), getdatabaseencoding()) ORDER BY place)
            FROM unnest(string_to_array(encode(tgargs, 'escape'), '\000')) WITH ORDINALITY AS args (arg, place)
            WHERE place <= tgnargs) END AS args,
       tgattr::int2[] AS columns,
       CASE WHEN tgqual IS NOT NULL THEN
           json_build_object('text', substring(pg_get_triggerdef(oid) FROM ' WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) '))
       END AS "when",
       tgoldtable AS oldtable, tgnewtable AS newtable
FROM pg_trigger
WHERE NOT tgisinternal
