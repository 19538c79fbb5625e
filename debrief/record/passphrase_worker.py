"""The process in which a passphrase is stretched: one order on its input, one answer on its output.

Started as a program by `debrief.record.passphrase`.
"""

from __future__ import annotations

import sys

import msgspec

from debrief.record.passphrase import Answer, Order


def done(order: Order) -> Answer:
    """Do what was ordered."""
    import pyrage  # type: ignore[import-untyped]

    if order.do == "seal":
        return Answer(pyrage.passphrase.encrypt(order.data, order.passphrase))
    try:
        return Answer(pyrage.passphrase.decrypt(order.data, order.passphrase))
    except pyrage.DecryptError:
        return Answer()


def main() -> None:
    """Read the order, do it, and answer."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.msgpack.encode(done(order)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
