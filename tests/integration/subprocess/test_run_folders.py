"""Folders of runs that are used again: nothing of one run is in the next one's."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feedscript.adapters._flock import open_lock
from feedscript.adapters.subprocess.attempt_folder import AttemptFolder, Stage
from feedscript.adapters.subprocess.run_folders import SPARES, RunFolders

#: Empties a run's folder again and again, while somebody reads along, as a backup does.
READ_ALONG = """
import os, sys, threading
from pathlib import Path
from feedscript.adapters.subprocess.attempt_folder import AttemptFolder

def read():
    while not done.is_set():
        for path in (folder.lock, folder.result):
            os.close(os.open(path, os.O_RDONLY))

folder, done = AttemptFolder(Path(sys.argv[1])), threading.Event()
folder.make()
folder.lock.touch(0o600)
reader = threading.Thread(target=read)
reader.start()
emptied = {folder.clear() for _ in range(300)}
done.set()
reader.join()
assert True in emptied
"""


@pytest.fixture
def folders(tmp_path: Path) -> RunFolders:
    runs = tmp_path / "runs"
    runs.mkdir()
    folders = RunFolders(runs, tmp_path / "logs")
    folders.lead()
    return folders


def ended(folders: RunFolders, job_id: str) -> AttemptFolder:
    """A run's folder as its runner leaves it."""
    folder = folders.of(job_id, 1)
    folders.make(folder, None)
    lock = open_lock(folder.lock)
    folder.begin(lock)
    folder.result.write_text('{"secret": 1}')
    folder.progress.write_text('{"percent": 50}')
    folder.finish(lock, b'{"exit_code": 0}')
    os.close(lock)
    assert folder.stage() is Stage.ENDED
    return folder


def contents(folder: AttemptFolder) -> dict[str, bytes]:
    files = (path for path in folder.path.rglob("*") if path.is_file())
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in files}


def test_a_folder_is_used_again_as_if_it_were_new(folders: RunFolders) -> None:
    first = ended(folders, "j1")
    inode = first.path.stat().st_ino
    folders.give_up(first, Stage.ENDED, None)
    assert not first.path.exists()
    second = folders.of("j2", 1)
    folders.make(second, None)
    assert second.path.stat().st_ino == inode
    assert contents(second) == {"attempt.lock": b"", "words/result.json": b""}
    assert second.stage() is Stage.FRESH
    assert second.heard_at(folders.log("j2", 1)) is None


@pytest.mark.parametrize(
    "leave",
    [
        lambda folder: (folder.work / "left").touch(),
        lambda folder: (folder.words / "left").touch(),
        lambda folder: (folder.path / "left").touch(),
        lambda folder: folder.cancel.touch(),
        lambda folder: folder.work.chmod(0o777),
        lambda folder: folder.words.chmod(0o750),
        lambda folder: folder.work.rmdir(),
        lambda folder: (folder.work.rmdir(), folder.work.symlink_to("/")),
        lambda folder: (folder.work / "kept").hardlink_to(folder.lock),
        lambda folder: (folder.path.parent / "kept").hardlink_to(folder.lock),
        lambda folder: (folder.lock.unlink(), folder.lock.symlink_to("/etc/passwd")),
        lambda folder: (folder.path.parent / "kept").hardlink_to(folder.result),
        lambda folder: (folder.result.unlink(), folder.result.symlink_to("/etc/passwd")),
        lambda folder: (folder.result.unlink(), os.mkfifo(folder.result, 0o600)),
        lambda folder: folder.result.chmod(0o644),
        lambda folder: folder.result.unlink(),
    ],
)
def test_a_folder_in_which_anything_is_otherwise_is_not_used_again(
    folders: RunFolders, leave: Callable[[AttemptFolder], object]
) -> None:
    folder = ended(folders, "j1")
    leave(folder)
    folders.give_up(folder, Stage.ENDED, None)
    assert not folder.path.exists()
    assert not list((folders.runs / ".spare").iterdir())


def test_a_folder_is_not_used_again_while_somebody_has_its_result_open(folders: RunFolders) -> None:
    """What a script handed its file to may still write there when the script is over."""
    folder = ended(folders, "j1")
    with folder.result.open("a"):
        folders.give_up(folder, Stage.ENDED, None)
    assert not folder.path.exists()
    assert not list((folders.runs / ".spare").iterdir())


def test_who_reads_a_folder_while_it_is_emptied_ends_no_process_of_ours(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", READ_ALONG, str(tmp_path / "run")], check=False, timeout=60)
    assert done.returncode == 0


def test_a_folder_of_a_run_that_died_is_not_used_again(folders: RunFolders) -> None:
    folders.give_up(ended(folders, "j1"), Stage.DIED, None)
    assert not list((folders.runs / ".spare").iterdir())


def test_what_waits_to_be_used_again_is_bounded_and_no_run(folders: RunFolders) -> None:
    for folder in [ended(folders, f"j{n}") for n in range(SPARES + 3)]:
        folders.give_up(folder, Stage.ENDED, None)
    assert len(list((folders.runs / ".spare").iterdir())) == SPARES
    assert not list(folders.present())


def test_who_leads_next_uses_no_folder_of_another_process(folders: RunFolders, tmp_path: Path) -> None:
    folders.give_up(ended(folders, "j1"), Stage.ENDED, None)
    RunFolders(folders.runs, tmp_path / "logs").lead()
    assert not list((folders.runs / ".spare").iterdir())
    # Where somebody has removed them, one is made.
    folder = folders.of("j2", 1)
    folders.make(folder, None)
    assert folder.work.is_dir()


def test_a_folder_that_is_there_is_kept_as_it_is(folders: RunFolders) -> None:
    folders.give_up(ended(folders, "j1"), Stage.ENDED, None)
    folder = ended(folders, "j2")
    folders.make(folder, None)
    assert folder.stage() is Stage.ENDED


def test_a_cancel_that_comes_too_late_is_not_for_the_next_run(folders: RunFolders) -> None:
    first = ended(folders, "j1")
    folders.give_up(first, Stage.ENDED, None)
    second = folders.of("j2", 1)
    folders.make(second, None)
    # What a cancel's open has been on its way to while the folder was renamed.
    (second.path / first.cancel.name).touch()
    assert not second.cancel.exists()
