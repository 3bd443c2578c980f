-- The authorization requests that wait for a page.

CREATE TABLE flows (
    name TEXT NOT NULL PRIMARY KEY,
    -- The browser that began it: what its session knows it by.
    browser TEXT NOT NULL,
    flow TEXT NOT NULL,
    began_at BIGINT NOT NULL
);

CREATE INDEX flows_of_browsers ON flows (browser, began_at);
CREATE INDEX flows_by_beginning ON flows (began_at);

-- While one decision on a request is under way, there is no other.
ALTER TABLE backchannel_requests ADD COLUMN taken_until BIGINT NOT NULL DEFAULT 0;
