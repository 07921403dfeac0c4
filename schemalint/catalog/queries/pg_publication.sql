SELECT p.oid, pubname AS name, pubowner AS owner, puballtables AS alltables, pubviaroot AS viaroot,
       concat(CASE WHEN pubinsert THEN 'i' END, CASE WHEN pubupdate THEN 'u' END, CASE WHEN pubdelete THEN 'd' END,
              CASE WHEN pubtruncate THEN 't' END) AS actions,
       (SELECT json_agg(pnnspid ORDER BY pnnspid) FROM pg_publication_namespace WHERE pnpubid = p.oid) AS schemas, -- >= 15
       (SELECT json_agg(json_build_object('relid', prrelid
                                          , 'columns', prattrs::int2[], 'qual', -- >= 15
                                          CASE WHEN prqual IS NOT NULL THEN -- >= 15
                                              json_build_object('text', pg_get_expr(prqual, prrelid)) END -- >= 15
                                         ) ORDER BY prrelid)
        FROM pg_publication_rel WHERE prpubid = p.oid) AS relations
FROM pg_publication p
