"""Where a file really lies: SQLite needs locks that file systems over a network do not keep."""

from __future__ import annotations

import os
from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset({
    "9p", "afpfs", "afs", "beegfs", "ceph", "cephfs", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "nfs", "nfs3",
    "nfs4", "orangefs", "panfs", "pvfs2", "smb3", "smbfs", "virtiofs", "weka", "wekafs", "fuse.afpfs", "fuse.cephfs",
    "fuse.curlftpfs", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.goofys", "fuse.juicefs", "fuse.mfs",
    "fuse.mount-s3", "fuse.quobyte", "fuse.rclone", "fuse.s3fs", "fuse.seaweedfs", "fuse.sshfs",
})  # fmt: skip
MOUNTS = Path("/proc/mounts")


def file_system_of(path: Path) -> str | None:
    """The kind of file system a path is on (Linux), or None when that can not be told."""
    try:
        lines = MOUNTS.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    mounts = [(_unescaped(parts[1]), parts[2]) for parts in map(str.split, lines) if len(parts) > 2]
    place = os.path.realpath(path)
    fits = [mount for mount in mounts if place == mount[0] or place.startswith(mount[0].rstrip("/") + "/")]
    return max(reversed(fits), key=lambda mount: len(mount[0]))[1] if fits else None  # the last of equals lies on top


def _unescaped(path: str) -> str:
    """The mount table writes blanks as octal numbers."""
    for code, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        path = path.replace(code, character)
    return path
