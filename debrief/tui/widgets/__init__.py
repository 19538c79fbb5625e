"""Widgets: each shows what it is given, and posts messages named in the domain's words."""
