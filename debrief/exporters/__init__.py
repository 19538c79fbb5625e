"""The exporters that come with the program: each a module with one `Exporter` class."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "email": "debrief.exporters.email:Email",
        "folder": "debrief.exporters.folder:Folder",
        "folder-html": "debrief.exporters.folder:FolderHtml",
        "folder-json": "debrief.exporters.folder:FolderJson",
        "sealed": "debrief.exporters.sealed:Sealed",
        "sealed-webdav": "debrief.exporters.sealed:SealedWebdav",
        "statistics": "debrief.exporters.statistics:Statistics",
        "statistics-parquet": "debrief.exporters.statistics:StatisticsParquet",
        "webdav": "debrief.exporters.webdav:Webdav",
        "webdav-html": "debrief.exporters.webdav:WebdavHtml",
        "webdav-json": "debrief.exporters.webdav:WebdavJson",
        "webhook": "debrief.exporters.webhook:Webhook",
    }
)
"""Name -> module and class. Listed here so that finding one loads no other."""
