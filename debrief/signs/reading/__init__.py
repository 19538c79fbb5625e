"""The reading lane: a small open classifier for what no word list can hold.

Sentence by sentence it asks two questions - is there a sign of the counsellor here, is there one of
the citizen - and, where the answer is yes, which one is the likeliest. It was trained on invented
notes only (`tests/signs/corpus`), it runs in pure Python, and it never makes a sign firm.
"""

from debrief.signs.reading.lane import read
from debrief.signs.reading.model import Model, load, model

__all__ = ["Model", "load", "model", "read"]
