-- Not everybody may read the connection string; nobody needs it.
SELECT oid, -- >= 14
SELECT 4000000000::oid + row_number() OVER (ORDER BY subname) AS oid, -- < 14
       subname AS name, subowner AS owner, subenabled AS enabled, subpublications AS publications, subslotname AS slotname
FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
