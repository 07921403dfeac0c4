SELECT oid, lanname AS name, lanowner AS owner, lanispl AS ispl, lanpltrusted AS trusted, lanplcallfoid AS handler,
       laninline AS inline, lanvalidator AS validator, lanacl::text[] AS acl
FROM pg_language
