"""Objects at `s3://bucket/key`: S3 itself, or a local folder that stands in for it."""

from feedscript.adapters.objects.folder import FolderObjectStore, fsync
from feedscript.adapters.objects.s3 import S3ObjectStore

__all__ = ["FolderObjectStore", "S3ObjectStore", "fsync"]
