-- Where an authorization request came from, as JSON, once it has ended: its pages lead back to the app then. The request and its
-- ticket are removed at the same time.
ALTER TABLE flows ADD COLUMN destination TEXT;
