SELECT oid, opcname AS name, opcnamespace AS namespace, opcowner AS owner, opcmethod AS am, opcfamily AS family,
       opcintype AS intype, opcdefault AS default, opckeytype AS keytype
FROM pg_opclass
