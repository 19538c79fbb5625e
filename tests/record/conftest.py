from __future__ import annotations

import pytest

from debrief.record.disk import Disk
from debrief.record.keys import Keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load_or_create(Disk(), tmp_path_factory.mktemp("keys"))


@pytest.fixture
def disk() -> Disk:
    return Disk()
