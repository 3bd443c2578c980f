-- Users of the demo have passwords that everybody knows.
ALTER TABLE users ADD COLUMN is_demo BIGINT NOT NULL DEFAULT 0;
