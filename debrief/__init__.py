"""Group debrief sessions for counsellors: a structured round, signs, follow-up, one sealed file."""

__version__ = "0.1.0"
