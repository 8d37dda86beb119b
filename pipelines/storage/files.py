"""Durable files: what these functions return from is on the disk, whole, or not there at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

_BLOCK = 1 << 20
_NOBODY_ELSE = 0o077


@contextmanager
def private_files() -> Iterator[None]:
    """Files made meanwhile, by us or by a child we start, are their owner's only: 0700 and 0600, whatever the umask.

    The mask is the whole process's, so it holds for an engine's files too.
    """
    before = os.umask(_NOBODY_ELSE)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(*paths: Path) -> None:
    """Take from others what they may do with these files and folders; one that is not there is passed over."""
    for path in paths:
        mode = path.stat().st_mode if path.exists() else 0
        if mode & _NOBODY_ELSE:
            path.chmod(mode & 0o7777 & ~_NOBODY_ELSE)


def fsync_path(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durable(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` in one step: a reader sees the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # a full disk: what it holds is nothing, and would look planted
        partial.unlink()
        raise
    partial.replace(path)
    fsync_path(path.parent)


def put_if_absent(path: Path, content: bytes) -> None:
    """Write under a name nobody holds; `FileExistsError` when somebody does.

    `link` is the mutual exclusion: of two writers exactly one succeeds, whatever happens to the other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    write_durable(partial, content)
    try:
        os.link(partial, path)
    finally:
        partial.unlink()
    fsync_path(path.parent)


def move_durable(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    fsync_path(target.parent)


def link_durable(source: Path, target: Path) -> None:
    """Give a file a second name; one that an attempt which died left under it is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    os.link(source, target)
    fsync_path(target.parent)


def copy_folder_durable(source: Path, target: Path) -> None:
    """Copy a folder beside its final name, then rename it there: never seen half full."""
    partial = target.with_name(target.name + ".partial")
    remove_folder(partial)
    shutil.copytree(source, partial)
    for path in sorted(partial.rglob("*")):
        fsync_path(path)
    move_durable(partial, target)


def copy_file_durable(source: Path, target: Path) -> None:
    """A copy, whole or not there; a second time it changes nothing."""
    if not target.exists():
        write_durable(target, source.read_bytes())


def remove_folder(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def digest_file(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
