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
