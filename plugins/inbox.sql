-- The inbox for plugins/postgres.py: sites can add to it, and nothing else.
-- PostgreSQL 11 or later. Run once, as a superuser, in the database that is to hold the inbox:
--
--     createdb debrief
--     psql -d debrief -f inbox.sql
--
-- Then make one user for each site. Its name is the site's name in every row it adds:
--
--     CREATE ROLE site_nord LOGIN PASSWORD '...' IN ROLE debrief_site;
--
-- and one for each person or program at the centre that reads:
--
--     CREATE ROLE anna LOGIN PASSWORD '...' IN ROLE debrief_reader;
--
-- Let sites in over TLS only (pg_hba.conf): hostssl debrief +debrief_site 0.0.0.0/0 scram-sha-256
-- Nobody but the owner can delete. To erase a session on request, the owner deletes its rows.

BEGIN;

CREATE ROLE debrief_site NOLOGIN;
CREATE ROLE debrief_reader NOLOGIN;

CREATE SCHEMA inbox;

CREATE TABLE inbox.delivery (
    site       text        NOT NULL DEFAULT session_user,
    id         text        NOT NULL CHECK (id ~ '^[a-z0-9-]{1,64}$'),
    sha256     text        NOT NULL,
    filename   text        NOT NULL CHECK (length(filename) <= 200),
    media_type text        NOT NULL CHECK (length(media_type) <= 200),
    body       bytea       NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 10000000),
    received   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (site, id),
    CONSTRAINT body_is_whole CHECK (sha256 = encode(pg_catalog.sha256(body), 'hex'))
);

-- What a site may ask: is this document of mine there? 'same', 'DIFFERENT', or NULL for no.
CREATE FUNCTION inbox.receipt(document text, digest text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN d.sha256 = digest THEN 'same' ELSE 'DIFFERENT' END
    FROM inbox.delivery AS d
    WHERE d.site = session_user AND d.id = document
$$;

-- `site` and `received` are left out here, so that nobody can claim to be another, or earlier.
REVOKE ALL ON FUNCTION inbox.receipt(text, text) FROM PUBLIC;
GRANT USAGE ON SCHEMA inbox TO debrief_site, debrief_reader;
GRANT INSERT (id, sha256, filename, media_type, body) ON inbox.delivery TO debrief_site;
GRANT EXECUTE ON FUNCTION inbox.receipt(text, text) TO debrief_site;
GRANT SELECT ON inbox.delivery TO debrief_reader;

COMMIT;
