"""The record on disk: keys, the journal of a live session, session files, the ledger, checks."""
