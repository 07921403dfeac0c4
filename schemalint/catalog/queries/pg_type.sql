SELECT t.oid, typname AS name, typnamespace AS namespace, typowner AS owner, typlen AS len, typbyval AS byval,
       typtype, typcategory AS category, typispreferred AS preferred, typisdefined AS isdefined, typdelim AS delim,
       typrelid AS relid, typelem AS elem, typarray AS array,
       typsubscript::oid AS subscript, -- >= 14
       typinput::oid AS input, typoutput::oid AS output, typmodin::oid AS typmodin, typalign AS align,
       typstorage AS storage, typnotnull AS notnull, typbasetype AS basetype, typtypmod AS typmod, typndims AS ndims,
       typcollation AS collation, typdefault AS default,
       CASE WHEN typtype = 'e' THEN
           (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) END AS labels,
       r.rngsubtype AS subtype, r.rngsubopc AS subtype_opclass, r.rngcollation AS subtype_collation,
       r.rngmultitypid AS multirange, m.rngtypid AS range, -- >= 14
       typacl::text[] AS acl
FROM pg_type t
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_range m ON m.rngmultitypid = t.oid -- >= 14
WHERE typnamespace <> 99 AND NOT pg_is_other_temp_schema(typnamespace)
