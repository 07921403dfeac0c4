SELECT f.oid, opfname AS name, opfnamespace AS namespace, opfowner AS owner, opfmethod AS am,
       (SELECT json_agg(json_build_object('left', amoplefttype, 'right', amoprighttype, 'strategy', amopstrategy,
                           'operator', amopopr, 'purpose', amoppurpose, 'sortfamily', amopsortfamily,
                           'opclass', (SELECT refobjid FROM pg_depend WHERE classid = 'pg_amop'::regclass AND objid = m.oid
                                       AND refclassid = 'pg_opclass'::regclass AND deptype = 'i'))
                        ORDER BY amoplefttype, amoprighttype, amopstrategy, amoppurpose DESC)
        FROM pg_amop m WHERE amopfamily = f.oid) AS operators,
       (SELECT json_agg(json_build_object('left', amproclefttype, 'right', amprocrighttype, 'num', amprocnum,
                           'proc', amproc::oid,
                           'opclass', (SELECT refobjid FROM pg_depend WHERE classid = 'pg_amproc'::regclass AND objid = m.oid
                                       AND refclassid = 'pg_opclass'::regclass AND deptype = 'i'))
                        ORDER BY amproclefttype, amprocrighttype, amprocnum)
        FROM pg_amproc m WHERE amprocfamily = f.oid) AS procs
FROM pg_opfamily f
