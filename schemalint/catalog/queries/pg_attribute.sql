-- The columns of each relation, as the text of JSON objects with commas between them. Put together by hand: there are many of them, most
-- have little to say, and json_build_object with json_strip_nulls takes three times as long.
SELECT attrelid::int8 AS relid, string_agg('{"num":' || attnum || ',"name":' || to_json(attname) || ',"type":' || atttypid
       || CASE WHEN atttypmod <> -1 THEN ',"typmod":' || atttypmod ELSE '' END
       || CASE WHEN attcollation <> 0 THEN ',"collation":' || attcollation ELSE '' END
       || CASE WHEN attndims <> 0 THEN ',"ndims":' || attndims ELSE '' END
       || CASE WHEN attnotnull THEN ',"notnull":true' ELSE '' END
       || CASE WHEN atthasdef THEN
              coalesce((SELECT ',"default":{"text":' || to_json(pg_get_expr(adbin, adrelid)) || '}'
                        FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum), '') ELSE '' END
       || CASE WHEN attidentity <> '' THEN ',"identity":"' || attidentity::text || '"' ELSE '' END
       || CASE WHEN attgenerated <> '' THEN ',"generated":"' || attgenerated::text || '"' ELSE '' END
       || CASE WHEN attisdropped THEN ',"dropped":true' ELSE '' END
       || CASE WHEN NOT attislocal THEN ',"islocal":false' ELSE '' END
       || CASE WHEN attinhcount <> 0 THEN ',"inhcount":' || attinhcount ELSE '' END
       || CASE WHEN attstorage <> typstorage THEN ',"storage":"' || attstorage::text || '"' ELSE '' END
       || CASE WHEN attcompression <> '' THEN ',"compression":"' || attcompression::text || '"' ELSE '' END -- >= 14
       || CASE WHEN attstattarget <> -1 THEN ',"statistics":' || attstattarget ELSE '' END
       || CASE WHEN attoptions IS NOT NULL THEN ',"options":' || to_json(attoptions) ELSE '' END
       || CASE WHEN attfdwoptions IS NOT NULL THEN ',"fdwoptions":' || to_json(attfdwoptions) ELSE '' END
       || CASE WHEN attacl IS NOT NULL THEN ',"acl":' || to_json(attacl::text[]) ELSE '' END
       || CASE WHEN atthasmissing THEN ',"missing":true' ELSE '' END || '}', ',' ORDER BY attnum) AS columns
FROM pg_attribute
JOIN pg_class c ON c.oid = attrelid
LEFT JOIN pg_type t ON t.oid = atttypid
WHERE attnum > 0 AND relkind NOT IN ('i', 'I', 't') AND NOT pg_is_other_temp_schema(relnamespace) AND {condition}
GROUP BY attrelid
