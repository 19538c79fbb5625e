"""One screen for each activity: home, setup, round, close."""
