SELECT oid, amname AS name, amtype AS type, amhandler::oid AS handler,
       pg_indexam_has_property(oid, 'can_order') AS can_order,
       pg_indexam_has_property(oid, 'can_unique') AS can_unique,
       pg_indexam_has_property(oid, 'can_multi_col') AS can_multi_col,
       pg_indexam_has_property(oid, 'can_exclude') AS can_exclude,
       pg_indexam_has_property(oid, 'can_include') AS can_include
FROM pg_am
