"""The tables of the index, and what fills, empties and checks them."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
create table files (
    name text primary key, size integer, mtime_ns integer, inode integer, seen_ns integer,
    problem text not null default ''
) without rowid;
create table sessions (
    id text not null unique, name text not null, opened text not null, closed text not null,
    day text not null, protocol text not null, language text not null, team text not null,
    place text not null, supervisor text not null, people integer not null,
    shown integer not null, confirmed integer not null, dismissed integer not null,
    overridden integer not null, contacts integer not null, duties integer not null,
    private_until text not null, retain_until text not null,
    primary key (opened desc, id desc)  -- lists are read newest first
) without rowid;
create table people (
    session text not null, person text not null, role text not null, place text not null,
    channel text not null, spoke integer not null, passed integer not null, left integer not null,
    follow_up text not null, primary key (person, session)
) without rowid;
create index people_by_session on people (session);
create table corrections (
    id text primary key, name text not null, session text not null, about text not null,
    at text not null
) without rowid;
create table actions (
    session text not null, number integer not null, text text not null, owner text not null,
    due text not null, primary key (session, number)
) without rowid;
create table followed (
    id text primary key, name text not null, session text not null, about text not null,
    contact integer not null, action integer not null, outcome text not null,
    again integer not null, at text not null
) without rowid;
create index followed_by_session on followed (session);
create table not_held (
    id text primary key, name text not null, team text not null, day text not null,
    reason text not null, retain_until text not null
) without rowid;
"""
INTO_SESSIONS: Final = (
    "insert or replace into sessions values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
INTO_PEOPLE: Final = "insert or replace into people values (?,?,?,?,?,?,?,?,?)"
INTO_ACTIONS: Final = "insert or replace into actions values (?,?,?,?,?)"
INTO: Final = {
    "corrections": "insert or replace into corrections values (?,?,?,?,?)",
    "followed": "insert or replace into followed values (?,?,?,?,?,?,?,?,?)",
    "not_held": "insert or replace into not_held values (?,?,?,?,?,?)",
}
"""The tables of what is no session, with a row for each file."""
OUT: Final = (
    "delete from people where session in (select id from sessions where name = ?)",
    "delete from actions where session in (select id from sessions where name = ?)",
    "delete from sessions where name = ?",
    "delete from corrections where name = ?",
    "delete from followed where name = ?",
    "delete from not_held where name = ?",
)
THERE: Final = (
    "select (select 1 from files), (select 1 from sessions), (select 1 from people),"
    " (select 1 from corrections), (select 1 from actions), (select 1 from followed),"
    " (select 1 from not_held)"
)
"""It fails unless every table is there."""
