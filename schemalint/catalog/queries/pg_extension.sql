SELECT oid, extname AS name, extowner AS owner, extnamespace AS namespace, extrelocatable AS relocatable,
       extversion AS version
FROM pg_extension
