SELECT oid, oprname AS name, oprnamespace AS namespace, oprowner AS owner, oprleft AS left, oprright AS right,
       oprresult AS result, oprcode::oid AS code, oprcom AS com, oprnegate AS negate, oprcanmerge AS canmerge,
       oprcanhash AS canhash, oprrest::oid AS rest, oprjoin::oid AS join
FROM pg_operator
