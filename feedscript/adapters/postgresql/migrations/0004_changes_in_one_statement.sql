-- A round of changes, each a job's next version with the entries of the trail that tell of it, in one statement: the
-- trail's lock is held for as long as the database itself takes, and not while a client makes up its mind.
--
-- Of each change: a job's columns, where there is one, and `since`, the version that it is made from; `entries`, whose
-- `opening` is the line of the trail up to what chains it; `waits`, the number of an attempt that is to be lined up for
-- `caller`; `over`, those whose script is gone. `again` says that an earlier try may have come through, after the
-- entry `seen`. Answers the trail's last sequence number, and for each change the version that was found instead.
CREATE FUNCTION write_changes(
    changes json, today date, durable boolean, again boolean, seen bigint, OUT head bigint, OUT conflicts integer[]
) LANGUAGE plpgsql AS $$
DECLARE
    begins_day boolean;
    previous text;
    chained text;
    found_version integer;
    change record;
    entry record;
BEGIN
    IF NOT durable THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    -- Whoever holds the lock has seen the end of the transaction before, even of one that nobody waits for any more.
    PERFORM pg_advisory_xact_lock(1717921124, ('activity'::regclass::oid::bigint & 2147483647)::integer);
    SELECT sequence, encode(sha256('\x00'::bytea || convert_to(line, 'UTF8')), 'hex') INTO head, previous
    FROM activity ORDER BY sequence DESC LIMIT 1;
    IF head IS NULL THEN
        head := 0;
        previous := repeat('0', 64);
    END IF;
    begins_day := NOT EXISTS (SELECT FROM trail_day WHERE day >= today);
    conflicts := '{}';
    FOR change IN
        SELECT * FROM json_to_recordset(changes) AS change (
            id uuid, version integer, since integer, open boolean, status text, stage text, reason text, phase text,
            merchant text, partner text, reference text, created timestamptz, lead bigint, updated timestamptz,
            document text, waits integer, caller text, over integer[], entries json
        )
    LOOP
        IF again AND EXISTS (
            SELECT FROM json_to_recordset(change.entries) AS told (job_id text, type text, opening text),
            LATERAL (
                SELECT line FROM activity WHERE job_id = told.job_id
                UNION ALL
                SELECT line FROM activity WHERE told.job_id IS NULL AND type = told.type AND sequence > seen
            ) AS written
            WHERE starts_with(written.line, told.opening)
        ) THEN
            conflicts := conflicts || NULL::integer;
            CONTINUE;
        END IF;
        IF change.since = 0 THEN
            INSERT INTO job (id, version, open, status, stage, reason, phase, merchant, partner, reference, created,
                lead, updated, document)
            VALUES (change.id, change.version, change.open, change.status, change.stage, change.reason, change.phase,
                change.merchant, change.partner, change.reference, change.created, change.lead, change.updated,
                change.document::json)
            ON CONFLICT (id) DO NOTHING;
        ELSIF change.id IS NOT NULL THEN
            UPDATE job SET version = change.version, open = change.open, status = change.status,
                stage = change.stage, reason = change.reason, phase = change.phase, partner = change.partner,
                updated = change.updated, document = change.document::json
            WHERE job.id = change.id AND job.version = change.since;
        END IF;
        IF change.id IS NOT NULL AND NOT FOUND THEN
            SELECT version INTO found_version FROM job WHERE job.id = change.id;
            conflicts := conflicts || coalesce(found_version, 0);
            CONTINUE;
        END IF;
        IF change.waits IS NOT NULL THEN
            INSERT INTO attempt (job_id, number, merchant, caller)
            VALUES (change.id::text, change.waits, change.merchant, change.caller) ON CONFLICT DO NOTHING;
        END IF;
        IF change.over IS NOT NULL THEN
            DELETE FROM attempt WHERE job_id = change.id::text AND number = ANY(change.over);
        END IF;
        FOR entry IN
            SELECT * FROM json_to_recordset(change.entries)
            AS entry (job_id text, type text, actor text, at timestamptz, opening text)
        LOOP
            head := head + 1;
            IF begins_day THEN  -- where a clock was set back, the later day goes on
                INSERT INTO trail_day (day, first_sequence) VALUES (today, head);
                begins_day := false;
            END IF;
            chained := entry.opening || ',"sequence":' || head || ',"previoushash":"' || previous || '"}';
            previous := encode(sha256('\x00'::bytea || convert_to(chained, 'UTF8')), 'hex');
            INSERT INTO activity (sequence, job_id, type, actor, at, line)
            VALUES (head, entry.job_id, entry.type, entry.actor, entry.at, chained);
        END LOOP;
        conflicts := conflicts || NULL::integer;
    END LOOP;
END
$$;
