"""Where a house keeps its things: places on disk, configuration, roster, held sessions."""
