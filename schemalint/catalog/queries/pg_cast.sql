SELECT oid, castsource AS source, casttarget AS target, castfunc AS func, castcontext AS context, castmethod AS method
FROM pg_cast
