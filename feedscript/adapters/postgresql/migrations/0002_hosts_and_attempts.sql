-- Several hosts that run scripts: who they are, which attempt each has claimed, whose turn it is, what scripts say.

CREATE TABLE host (
    id text PRIMARY KEY,
    name text NOT NULL,
    capacity integer NOT NULL CHECK (capacity > 0),
    -- By the database's clock; after it what the host has claimed is lost.
    until timestamptz NOT NULL,
    -- Since when it is there without a gap, in seconds: another one when it comes back after that.
    epoch bigint NOT NULL
);

-- Comings and servings in one order: a line of attempts is served by when it came, or was last served.
CREATE SEQUENCE turn;

-- Attempts whose script is to be started, or runs. `host` is who has claimed it; once it has `begun`, only that one lets
-- it go, and before it may be given back: one UPDATE decides which.
CREATE TABLE attempt (
    job_id text NOT NULL,
    number integer NOT NULL,
    merchant text NOT NULL,
    caller text NOT NULL,
    turn bigint NOT NULL DEFAULT nextval('turn'),
    offered timestamptz NOT NULL DEFAULT clock_timestamp(),
    host text,
    begun boolean NOT NULL DEFAULT false,
    PRIMARY KEY (job_id, number)
);
CREATE INDEX attempt_waiting ON attempt (caller, merchant, turn) WHERE host IS NULL;
CREATE INDEX attempt_claimed ON attempt (host) WHERE host IS NOT NULL;

-- When callers, and merchants of each, were last served.
CREATE TABLE caller_turn (
    caller text PRIMARY KEY,
    served bigint NOT NULL
);
CREATE TABLE merchant_turn (
    caller text NOT NULL,
    merchant text NOT NULL,
    served bigint NOT NULL,
    PRIMARY KEY (caller, merchant)
);

-- What was seen of a script last, and its output in pieces, each from its first byte on.
CREATE TABLE script_sign (
    job_id text NOT NULL,
    number integer NOT NULL,
    progress json,
    heard timestamptz,
    PRIMARY KEY (job_id, number)
);
CREATE TABLE script_output (
    job_id text NOT NULL,
    number integer NOT NULL,
    first bigint NOT NULL,
    piece bytea NOT NULL,
    PRIMARY KEY (job_id, number, first)
);
