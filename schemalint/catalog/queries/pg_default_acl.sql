SELECT oid, defaclrole AS role, defaclnamespace AS namespace, defaclobjtype AS objtype, defaclacl::text[] AS acl
FROM pg_default_acl
