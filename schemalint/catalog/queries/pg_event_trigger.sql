SELECT oid, evtname AS name, evtowner AS owner, evtevent AS event, evtfoid AS func, evtenabled AS enabled, evttags AS tags
FROM pg_event_trigger
