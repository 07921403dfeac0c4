SELECT f.oid, opfname AS name, opfnamespace AS namespace, opfowner AS owner, opfmethod AS am,
       (SELECT json_agg(json_build_object('left', amoplefttype, 'right', amoprighttype, 'strategy', amopstrategy,
                           'operator', amopopr, 'purpose', amoppurpose, 'sortfamily', amopsortfamily)
                        ORDER BY amoplefttype, amoprighttype, amopstrategy, amoppurpose DESC)
        FROM pg_amop WHERE amopfamily = f.oid) AS operators,
       (SELECT json_agg(json_build_object('left', amproclefttype, 'right', amprocrighttype, 'num', amprocnum,
                           'proc', amproc::oid)
                        ORDER BY amproclefttype, amprocrighttype, amprocnum)
        FROM pg_amproc WHERE amprocfamily = f.oid) AS procs
FROM pg_opfamily f
