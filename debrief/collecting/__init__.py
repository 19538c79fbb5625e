"""Many sites: from the drops and rows that arrived at the organisation to one set of counts.

`drop` reads one document strictly, `numbers` takes nothing but its numbers, `tally` adds them up,
`hiding` hides what is too small, `gaps` tells what is missing. All of these are pure. `sources`
reads folders, WebDAV and the database, `keeping` holds what was seen, `run` does it all.
"""
