-- While one decision on a request is under way, there is no other.
ALTER TABLE backchannel_requests ADD COLUMN taken_until BIGINT NOT NULL DEFAULT 0;
