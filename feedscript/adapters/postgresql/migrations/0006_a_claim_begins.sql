-- A claim is the beginning: it is durable, and answers the job as it is then, so that a script that follows asks no more.
--
-- What a host has claimed is its own until its script is over, or the host has been silent for too long.
UPDATE attempt SET host = NULL WHERE host IS NOT NULL AND NOT begun;
ALTER TABLE attempt DROP COLUMN begun;
DROP FUNCTION claim_attempts(text, integer, text[], text[], integer[]);

-- Claims up to `most` attempts for the host, as long as it has room. Jobs that are `gone` take none: their scripts have
-- ended, and that is being written down.
CREATE FUNCTION claim_attempts(claimant text, most integer, gone text[])
RETURNS TABLE (claimed_job text, claimed_number integer, document text) LANGUAGE plpgsql AS $$
DECLARE
    room integer;
    round bigint;
    next_caller record;
    next_merchant record;
    claimed boolean := false;
BEGIN
    -- Whoever picks does so alone, as the next pick stands on whom this one serves.
    PERFORM pg_advisory_xact_lock(hashtext('feedscript: pick'), 0);
    SELECT capacity - (SELECT count(*) FROM attempt WHERE attempt.host = claimant AND job_id <> ALL (gone)) INTO room
    FROM host WHERE id = claimant AND until > clock_timestamp();
    <<picks>>
    FOR pick IN 1 .. least(most, coalesce(room, 0)) LOOP
        round := nextval('turn');
        LOOP
            SELECT caller, served, (
                SELECT turn FROM attempt WHERE host IS NULL AND turn > 0 AND attempt.caller = caller_turn.caller
                ORDER BY turn LIMIT 1
            ) AS first INTO next_caller FROM caller_turn ORDER BY served LIMIT 1;
            -- All that come before have been found with nothing, or what they have came after this was begun.
            EXIT picks WHEN NOT FOUND OR next_caller.served > round;
            EXIT WHEN next_caller.first <= next_caller.served;
            UPDATE caller_turn SET served = coalesce(next_caller.first, nextval('turn'))
            WHERE caller = next_caller.caller;
        END LOOP;
        LOOP
            SELECT merchant, served, (
                SELECT turn FROM attempt WHERE host IS NULL AND attempt.caller = merchant_turn.caller
                AND attempt.merchant = merchant_turn.merchant ORDER BY turn LIMIT 1
            ) AS first INTO next_merchant FROM merchant_turn WHERE caller = next_caller.caller ORDER BY served LIMIT 1;
            EXIT picks WHEN NOT FOUND OR next_merchant.served > round;
            EXIT WHEN next_merchant.first <= next_merchant.served;
            UPDATE merchant_turn SET served = coalesce(next_merchant.first, nextval('turn'))
            WHERE caller = next_caller.caller AND merchant = next_merchant.merchant;
        END LOOP;
        UPDATE attempt SET host = claimant WHERE host IS NULL AND caller = next_caller.caller
        AND merchant = next_merchant.merchant AND turn = next_merchant.first
        RETURNING job_id, number INTO claimed_job, claimed_number;
        CONTINUE WHEN NOT FOUND;  -- it was called off just now
        claimed := true;
        document := (
            SELECT job.document FROM job
            WHERE id = CASE WHEN claimed_job LIKE '________-____-____-____-____________' THEN claimed_job::uuid END
        );
        RETURN NEXT;
        UPDATE caller_turn SET served = nextval('turn') WHERE caller = next_caller.caller;
        UPDATE merchant_turn SET served = nextval('turn')
        WHERE caller = next_caller.caller AND merchant = next_merchant.merchant;
    END LOOP;
    IF NOT claimed THEN  -- whose turn it is need not be durable
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END
$$;
