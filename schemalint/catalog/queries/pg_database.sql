-- The database that is read; the others of the cluster cannot be named by a migration of this one.
SELECT d.oid, datname AS name, datdba AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate AS collate,
       (SELECT setconfig FROM pg_db_role_setting s WHERE s.setrole = 0 AND s.setdatabase = d.oid) AS config,
       datacl::text[] AS acl
FROM pg_database d
WHERE datname = current_database()
