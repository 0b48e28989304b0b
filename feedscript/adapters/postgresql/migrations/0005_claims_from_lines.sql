-- A claim looks at the first of a few lines, and not at all that waits.
--
-- Every caller and every merchant of one that have an attempt have a row here. `served` is no later than their turn: when
-- they were last served, or came, or were last found with nothing that waits. What a row has that is too early is put
-- right when it comes up, so the first by `served` that is right is the next in turn.
INSERT INTO caller_turn (caller, served)
SELECT caller, min(turn) FROM attempt GROUP BY caller ON CONFLICT DO NOTHING;
INSERT INTO merchant_turn (caller, merchant, served)
SELECT caller, merchant, min(turn) FROM attempt GROUP BY caller, merchant ON CONFLICT DO NOTHING;
CREATE INDEX merchant_turn_by_served ON merchant_turn (caller, served);
-- `turn > 0`, which all are, keeps it from whoever asks for a merchant: it would be read along to the first of that.
CREATE INDEX attempt_waiting_of_caller ON attempt (caller, turn) WHERE host IS NULL AND turn > 0;

CREATE FUNCTION keep_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM merchant_turn WHERE caller = NEW.caller AND merchant = NEW.merchant) THEN
        INSERT INTO merchant_turn (caller, merchant, served) VALUES (NEW.caller, NEW.merchant, NEW.turn)
        ON CONFLICT DO NOTHING;
        INSERT INTO caller_turn (caller, served) VALUES (NEW.caller, NEW.turn) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_lines AFTER INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION keep_lines();

-- Lets go of what is `over`, and claims up to `most` attempts for the host, as long as it has room. Jobs that are `gone`
-- take none: their scripts have ended, and that is being written down.
CREATE FUNCTION claim_attempts(claimant text, most integer, gone text[], over_jobs text[], over_numbers integer[])
RETURNS TABLE (claimed_job text, claimed_number integer) LANGUAGE plpgsql AS $$
DECLARE
    room integer;
    round bigint;
    next_caller record;
    next_merchant record;
BEGIN
    -- A claim that a crash takes back was not begun: that is durable, and takes this along.
    PERFORM set_config('synchronous_commit', 'off', true);
    -- Whoever picks does so alone, as the next pick stands on whom this one serves.
    PERFORM pg_advisory_xact_lock(hashtext('feedscript: pick'), 0);
    DELETE FROM attempt USING unnest(over_jobs, over_numbers) AS over (job_id, number)
    WHERE attempt.job_id = over.job_id AND attempt.number = over.number AND attempt.host = claimant;
    SELECT capacity - (SELECT count(*) FROM attempt WHERE attempt.host = claimant AND job_id <> ALL (gone)) INTO room
    FROM host WHERE id = claimant AND until > clock_timestamp();
    FOR pick IN 1 .. least(most, coalesce(room, 0)) LOOP
        round := nextval('turn');
        LOOP
            SELECT caller, served, (
                SELECT turn FROM attempt WHERE host IS NULL AND turn > 0 AND attempt.caller = caller_turn.caller
                ORDER BY turn LIMIT 1
            ) AS first INTO next_caller FROM caller_turn ORDER BY served LIMIT 1;
            -- All that come before have been found with nothing, or what they have came after this was begun.
            IF NOT FOUND OR next_caller.served > round THEN
                RETURN;
            END IF;
            EXIT WHEN next_caller.first <= next_caller.served;
            UPDATE caller_turn SET served = coalesce(next_caller.first, nextval('turn'))
            WHERE caller = next_caller.caller;
        END LOOP;
        LOOP
            SELECT merchant, served, (
                SELECT turn FROM attempt WHERE host IS NULL AND attempt.caller = merchant_turn.caller
                AND attempt.merchant = merchant_turn.merchant ORDER BY turn LIMIT 1
            ) AS first INTO next_merchant FROM merchant_turn WHERE caller = next_caller.caller ORDER BY served LIMIT 1;
            IF NOT FOUND OR next_merchant.served > round THEN
                RETURN;
            END IF;
            EXIT WHEN next_merchant.first <= next_merchant.served;
            UPDATE merchant_turn SET served = coalesce(next_merchant.first, nextval('turn'))
            WHERE caller = next_caller.caller AND merchant = next_merchant.merchant;
        END LOOP;
        UPDATE attempt SET host = claimant WHERE host IS NULL AND caller = next_caller.caller
        AND merchant = next_merchant.merchant AND turn = next_merchant.first
        RETURNING job_id, number INTO claimed_job, claimed_number;
        CONTINUE WHEN NOT FOUND;  -- it was called off just now
        RETURN NEXT;
        UPDATE caller_turn SET served = nextval('turn') WHERE caller = next_caller.caller;
        UPDATE merchant_turn SET served = nextval('turn')
        WHERE caller = next_caller.caller AND merchant = next_merchant.merchant;
    END LOOP;
END
$$;
