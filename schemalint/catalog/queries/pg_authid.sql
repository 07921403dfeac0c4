-- pg_roles is pg_authid for those who may not read passwords.
SELECT r.oid, rolname AS name, rolsuper AS super, rolinherit AS inherit, rolcreaterole AS createrole, rolcreatedb AS createdb,
       rolcanlogin AS canlogin, rolreplication AS replication, rolbypassrls AS bypassrls,
       (SELECT json_agg(json_build_object('role', m.roleid, 'grantor', m.grantor, 'admin', m.admin_option
                                          , 'inherit', m.inherit_option, 'set', m.set_option -- >= 16
                                         ) ORDER BY m.roleid, m.grantor)
        FROM pg_auth_members m WHERE m.member = r.oid) AS memberships,
       (SELECT setconfig FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0) AS config,
       (SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE s.setrole = r.oid AND d.datname = current_database()) AS database_config
FROM pg_roles r
