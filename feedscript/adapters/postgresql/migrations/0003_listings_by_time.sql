-- How far, in milliseconds, a job's time of creation is ahead of the time in its id (RFC 9562, UUIDv7): by it a listing by
-- time is read from indexes of ids. Hosts whose clocks are right need no row of the index.

ALTER TABLE job ADD COLUMN lead bigint;
UPDATE job SET lead =
    floor(extract(epoch FROM created) * 1000)::bigint - ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint;
ALTER TABLE job ALTER COLUMN lead SET NOT NULL;
CREATE INDEX job_by_lead ON job (lead) WHERE lead < -1000 OR lead > 1000;
