"""The screens: they show the state they are given and speak to `desk` and `live`."""
