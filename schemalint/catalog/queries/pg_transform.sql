SELECT oid, trftype AS type, trflang AS lang
FROM pg_transform
