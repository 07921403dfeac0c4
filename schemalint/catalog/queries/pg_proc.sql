SELECT p.oid, proname AS name, pronamespace AS namespace, proowner AS owner, prolang AS lang, prokind AS kind,
       prosecdef AS secdef, proleakproof AS leakproof, proisstrict AS strict, proretset AS retset, provolatile AS volatile,
       proparallel AS parallel, prorettype AS rettype, proargtypes::oid[] AS argtypes, proallargtypes AS allargtypes,
       array_to_string(proargmodes, '') AS argmodes, proargnames AS argnames, nullif(provariadic, 0) AS variadic,
       CASE WHEN pronargdefaults > 0 THEN
           (SELECT json_agg(json_build_object('text', pg_get_function_arg_default(p.oid, i)) ORDER BY i)
            FROM generate_series(1, coalesce(array_length(proallargtypes, 1), pronargs)) i
            WHERE pg_get_function_arg_default(p.oid, i) IS NOT NULL) END AS defaults,
       prosrc AS src,
       CASE WHEN prosqlbody IS NOT NULL THEN json_build_object('text', pg_get_function_sqlbody(p.oid)) END AS sqlbody, -- >= 14
       proconfig AS config,
       CASE WHEN aggfnoid IS NOT NULL THEN
           json_build_object('kind', aggkind, 'numdirectargs', aggnumdirectargs, 'transfn', aggtransfn::oid,
                             'finalfn', aggfinalfn::oid, 'transtype', aggtranstype, 'sortop', aggsortop) END AS agg,
       proacl::text[] AS acl
FROM pg_proc p
LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE NOT pg_is_other_temp_schema(pronamespace)
