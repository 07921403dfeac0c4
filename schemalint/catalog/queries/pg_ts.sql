SELECT oid, 'config' AS kind, cfgname AS name, cfgnamespace AS namespace, cfgowner AS owner, cfgparser AS refers,
       (SELECT json_object_agg(alias, dicts)
        FROM (SELECT alias, json_agg(mapdict ORDER BY mapseqno) AS dicts
              FROM pg_ts_config_map JOIN ts_token_type(cfgparser) ON tokid = maptokentype
              WHERE mapcfg = c.oid GROUP BY alias) m) AS mapping,
       NULL::text[] AS options
FROM pg_ts_config c
UNION ALL
SELECT oid, 'dict', dictname, dictnamespace, dictowner, dicttemplate, NULL, string_to_array(dictinitoption, ', ')
FROM pg_ts_dict
UNION ALL
SELECT oid, 'parser', prsname, prsnamespace, 10, 0, NULL, NULL FROM pg_ts_parser
UNION ALL
SELECT oid, 'template', tmplname, tmplnamespace, 10, 0, NULL, NULL FROM pg_ts_template
