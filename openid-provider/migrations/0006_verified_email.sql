-- Addresses are compared in lower case, and one that was verified belongs to one user.
ALTER TABLE users ADD COLUMN email_verified BIGINT NOT NULL DEFAULT 0;
UPDATE users SET email = lower(trim(email));
CREATE INDEX users_by_email ON users (email);
CREATE UNIQUE INDEX users_by_verified_email ON users (email) WHERE email_verified = 1;
