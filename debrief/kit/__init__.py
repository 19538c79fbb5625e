"""The bench for exporters: is one written so that a summary may be trusted to it?

`suite` runs every check on an exporter, in worker processes and against receivers on this machine,
without an account or a network. `checking` looks at a destination as it is configured, `template`
writes the file that a new plugin begins with, `installing` brings a package in.
"""
