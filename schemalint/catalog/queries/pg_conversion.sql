SELECT oid, conname AS name, connamespace AS namespace, conowner AS owner, conforencoding AS for_encoding,
       contoencoding AS to_encoding, conproc::oid AS proc, condefault AS default
FROM pg_conversion
