"""Batteries: everything a disk, a killer and a forger can do, in all its states, and the proof that
each of them would see a fault. `python -m tests.battery` runs them all; the tests here run samples.
"""
