-- The tables as version 1 made them.

CREATE TABLE instigators (
    instigator_id VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    location VARCHAR(255) NOT NULL,
    repository VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    running INTEGER NOT NULL,
    definition_hash VARCHAR(64) DEFAULT '' NOT NULL,
    effective_from FLOAT DEFAULT 0 NOT NULL,
    last_due_at FLOAT,
    cursor TEXT,
    PRIMARY KEY (instigator_id)
);

CREATE TABLE replicas (
    replica_id VARCHAR(64) NOT NULL,
    heartbeat FLOAT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (replica_id)
);

CREATE TABLE runs (
    pk INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    idempotency_key VARCHAR(512),
    location VARCHAR(255) NOT NULL,
    repository VARCHAR(255) NOT NULL,
    pipeline VARCHAR(255) NOT NULL,
    status VARCHAR(16) NOT NULL,
    epoch INTEGER DEFAULT 0 NOT NULL,
    launch_token VARCHAR(64),
    create_time FLOAT NOT NULL,
    start_time FLOAT,
    end_time FLOAT,
    root_run_id VARCHAR(64),
    worker TEXT,
    runner TEXT,
    lease_until FLOAT,
    start_deadline FLOAT,
    launch_tries INTEGER DEFAULT 0 NOT NULL,
    resume_count INTEGER DEFAULT 0 NOT NULL,
    event_seq INTEGER DEFAULT 0 NOT NULL,
    failure TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (pk),
    UNIQUE (run_id),
    UNIQUE (idempotency_key)
);

CREATE INDEX runs_by_pipeline ON runs (pipeline, pk);

CREATE INDEX runs_by_root ON runs (root_run_id);

CREATE INDEX runs_by_status ON runs (status, pk);

CREATE TABLE schema_version (
    version INTEGER NOT NULL
);

CREATE TABLE snapshots (
    location VARCHAR(255) NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (location)
);

CREATE TABLE ticks (
    tick_id INTEGER NOT NULL,
    instigator_id VARCHAR(64) NOT NULL,
    due_at FLOAT NOT NULL,
    status VARCHAR(16) NOT NULL,
    epoch INTEGER NOT NULL,
    owner VARCHAR(64) NOT NULL,
    lease_until FLOAT NOT NULL,
    attempts INTEGER NOT NULL,
    end_time FLOAT,
    skip_reason TEXT,
    run_ids TEXT DEFAULT '[]' NOT NULL,
    failure TEXT,
    PRIMARY KEY (tick_id),
    UNIQUE (instigator_id, due_at)
);

CREATE INDEX ticks_by_status ON ticks (status, lease_until);

CREATE TABLE events (
    run_pk INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    type VARCHAR(32) NOT NULL,
    step_key TEXT,
    timestamp FLOAT NOT NULL,
    level VARCHAR(8) NOT NULL,
    message TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run_pk, seq),
    FOREIGN KEY(run_pk) REFERENCES runs (pk) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE run_tags (
    run_pk INTEGER NOT NULL,
    "key" VARCHAR(255) NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_pk, "key"),
    FOREIGN KEY(run_pk) REFERENCES runs (pk) ON DELETE CASCADE
);

CREATE INDEX run_tags_by_value ON run_tags ("key", value, run_pk);

INSERT INTO schema_version (version) VALUES (1);
