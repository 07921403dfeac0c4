SELECT oid, fdwname AS name, fdwowner AS owner, fdwhandler::oid AS handler, fdwvalidator::oid AS validator,
       fdwoptions AS options, fdwacl::text[] AS acl
FROM pg_foreign_data_wrapper
