"""The way out: what is waiting to be sent, and the sending of it.

`outbox` keeps frozen documents until they have arrived, `courier` makes one attempt for each in
a process of its own (`worker`), and `link` is the only way from there to a web server. `config`
says where to, `trust` which plugins may run.
"""
