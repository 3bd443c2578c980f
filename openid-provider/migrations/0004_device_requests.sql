-- Requests of devices whose code a user has entered, and that wait for the decision.

CREATE TABLE device_requests (
    name TEXT NOT NULL PRIMARY KEY,
    -- The user who entered the code: nobody else decides.
    subject TEXT NOT NULL REFERENCES users (subject) ON DELETE CASCADE,
    request TEXT NOT NULL,
    began_at BIGINT NOT NULL
);

CREATE INDEX device_requests_of_users ON device_requests (subject, began_at);
CREATE INDEX device_requests_by_beginning ON device_requests (began_at);
