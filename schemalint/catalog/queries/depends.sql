-- Who needs what, with the parts that have no row of their own in the model put down to the object that they are a part of.
-- Identifiers below 16384 are the server's own and need no record, but for the schema public.
SELECT CASE WHEN ad.oid IS NOT NULL THEN 'pg_attrdef'
            WHEN pr.oid IS NOT NULL THEN 'pg_publication_rel'
            WHEN pn.oid IS NOT NULL THEN 'pg_publication_namespace' -- >= 15
            WHEN rw.oid IS NOT NULL THEN 'pg_class'
            ELSE d.classid::regclass::text END AS classid,
       coalesce(ad.adrelid, pr.prpubid
                , pn.pnpubid -- >= 15
                , rw.ev_class, d.objid)::int8 AS objid,
       coalesce(ad.adnum::int8, pr.prrelid::int8
                , pn.pnnspid::int8 -- >= 15
                , d.objsubid) AS objsubid,
       d.refclassid::regclass::text AS refclassid, d.refobjid::int8 AS refobjid, d.refobjsubid AS refobjsubid,
       d.deptype::text AS deptype
FROM pg_depend d
LEFT JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid
LEFT JOIN pg_publication_rel pr ON d.classid = 'pg_publication_rel'::regclass AND pr.oid = d.objid
LEFT JOIN pg_publication_namespace pn ON d.classid = 'pg_publication_namespace'::regclass AND pn.oid = d.objid -- >= 15
LEFT JOIN pg_rewrite rw ON d.classid = 'pg_rewrite'::regclass AND rw.oid = d.objid AND rw.rulename = '_RETURN'
WHERE (d.refobjid >= 16384 OR (d.refobjid = 2200 AND d.refclassid = 'pg_namespace'::regclass))
      AND d.classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.deptype <> 'p'
      AND NOT (rw.oid IS NOT NULL AND d.refclassid = 'pg_class'::regclass AND d.refobjid = rw.ev_class)
      AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger t WHERE t.oid = d.objid AND t.tgisinternal))
      AND NOT (d.classid = 'pg_class'::regclass
               AND EXISTS (SELECT FROM pg_class t WHERE t.oid = d.objid AND t.relnamespace = 'pg_toast'::regnamespace))
      AND {dependents}
UNION ALL
SELECT DISTINCT coalesce(oc.refclassid, ofa.refclassid)::regclass::text, coalesce(oc.refobjid, ofa.refobjid)::int8, 0,
       d.refclassid::regclass::text, d.refobjid::int8, d.refobjsubid, 'n'
FROM pg_depend d
LEFT JOIN pg_depend oc ON oc.classid = d.classid AND oc.objid = d.objid AND oc.refclassid = 'pg_opclass'::regclass
LEFT JOIN pg_depend ofa ON ofa.classid = d.classid AND ofa.objid = d.objid AND ofa.refclassid = 'pg_opfamily'::regclass
WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.refobjid >= 16384
      AND d.refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass)
UNION ALL
SELECT d.classid::regclass::text, d.objid::int8, d.objsubid, 'pg_authid', d.refobjid::int8, 0, d.deptype::text
FROM pg_shdepend d
WHERE d.refobjid >= 16384 AND d.deptype IN ('o', 'r') AND d.refclassid = 'pg_authid'::regclass
      AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND {shared}
