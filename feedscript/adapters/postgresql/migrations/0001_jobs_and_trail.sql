-- Jobs, their references, the audit trail, outcomes to be told, destinations that are taken.
-- Texts of callers in columns that are looked up by are as feedscript.adapters.postgresql.stored_text writes them.

CREATE TABLE job (
    id uuid PRIMARY KEY,
    version integer NOT NULL CHECK (version > 0),
    open boolean NOT NULL,
    status text NOT NULL,
    stage text NOT NULL,
    reason text,
    phase text NOT NULL,
    merchant text NOT NULL,
    partner text,
    reference text,
    created timestamptz NOT NULL,
    updated timestamptz NOT NULL,
    -- The job itself; what is above is of it, for looking it up.
    document json NOT NULL
);
CREATE INDEX job_open ON job (id) WHERE open;
CREATE INDEX job_by_status ON job (status, id);
CREATE INDEX job_by_stage ON job (stage, id) WHERE stage <> 'settled';
CREATE INDEX job_by_reason ON job (reason, id) WHERE reason IS NOT NULL;
CREATE INDEX job_by_phase ON job (phase, id);
CREATE INDEX job_by_merchant_status ON job (merchant, status, id);
CREATE INDEX job_by_merchant ON job (merchant, id);
CREATE INDEX job_by_partner_status ON job (partner, status, id) WHERE partner IS NOT NULL;
CREATE INDEX job_by_partner ON job (partner, id) WHERE partner IS NOT NULL;
CREATE INDEX job_by_reference ON job (reference, id) WHERE reference IS NOT NULL;
CREATE INDEX job_by_created ON job (created);

-- Whose a merchant's reference is: the first one's, for ever.
CREATE TABLE reference_claim (
    merchant text NOT NULL,
    reference text NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (merchant, reference)
);

-- The trail: `line` is the entry as it is chained, byte for byte; the columns are of it.
CREATE TABLE activity (
    sequence bigint PRIMARY KEY CHECK (sequence > 0),
    job_id text,
    type text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    line text NOT NULL
);
CREATE INDEX activity_by_job ON activity (job_id, sequence) WHERE job_id IS NOT NULL;
CREATE INDEX activity_by_type ON activity (type, sequence);
CREATE INDEX activity_by_actor ON activity (actor, sequence);

-- Where a day (UTC) of the trail begins; it ends where the next one does.
CREATE TABLE trail_day (
    day date PRIMARY KEY,
    first_sequence bigint NOT NULL UNIQUE
);

CREATE TABLE trail_digest (
    day date PRIMARY KEY,
    document text NOT NULL
);

-- Whose a destination is: the first one's. `place` is the SHA-256 of its address, `merchant` quoted as in a URL, `writer`
-- the job that writes there or did last.
CREATE TABLE place_claim (
    place text PRIMARY KEY,
    merchant text NOT NULL,
    role text NOT NULL,
    writer text
);

-- Callers' keys, without their text.
CREATE TABLE api_key (
    id text PRIMARY KEY,
    document text NOT NULL,
    last_used timestamptz
);

-- Which host runs scripts with an executor of its own folders, and until when that holds by the database's clock.
CREATE TABLE host_lease (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    host_id text NOT NULL,
    host_name text NOT NULL,
    until timestamptz NOT NULL
);

-- Outcomes that are still to be told (waiting), or were given up (dead).
CREATE TABLE letter (
    name text COLLATE "C" PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('waiting', 'dead')),
    document text NOT NULL,
    -- Who looks for what is new asks for transactions that were not over when it last looked.
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX letter_waiting ON letter (changed) WHERE state = 'waiting';
CREATE TABLE letter_known (
    name text COLLATE "C" PRIMARY KEY
);
