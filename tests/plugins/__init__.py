"""The example plugins, each against a real server that it was made for."""
