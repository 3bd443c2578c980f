-- The same text for SQLite and PostgreSQL. Times are seconds since 1970.

CREATE TABLE users (
    -- The subject of tokens: it never changes, and is never given to somebody else.
    subject TEXT NOT NULL PRIMARY KEY,
    -- What the user logs in with, in lower case.
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- The shared secret of the authenticator app, if the user has one.
    totp_secret TEXT,
    -- The last time step whose code was used: no code counts twice.
    totp_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    -- The hash of what the cookie has: whoever reads the database cannot take a session over.
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_of_users ON sessions (subject);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE consents (
    subject TEXT NOT NULL REFERENCES users (subject) ON DELETE CASCADE,
    client_id BIGINT NOT NULL,
    client_name TEXT NOT NULL,
    consent TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (subject, client_id)
);

-- Requests of clients that wait for a user (CIBA).
CREATE TABLE backchannel_requests (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL REFERENCES users (subject) ON DELETE CASCADE,
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX backchannel_requests_of_users ON backchannel_requests (subject);
