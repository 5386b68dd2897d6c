"""Where Python processes stand at this moment, as py-spy sees it from outside.

py-spy (https://github.com/benfred/py-spy) reads another process's memory: nothing is added to
the process. It is asked where it is installed; the kernel may forbid it (ptrace(2)).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

MOST = 16  # processes that are asked
FRAMES = 8  # innermost frames that are told of each thread
PATIENCE = 5.0  # seconds for all of them together
STAGE = str(Path(__file__).with_name("stage.py"))


def finder() -> str | None:
    """Return where py-spy is, beside this interpreter or on the path."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return shutil.which("py-spy", path=os.pathsep.join(folders))


def where(pids: list[int]) -> dict[int, list[str]]:
    """Return for each process that could be asked where its threads stand, innermost first.

    A sentence is ``file:line in function``; those of one thread follow each other.
    """
    spy = finder()
    if spy is None:
        return {}
    asked = {
        pid: subprocess.Popen(
            [spy, "dump", "--json", "--pid", str(pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for pid in pids[:MOST]
    }
    deadline = time.monotonic() + PATIENCE
    found = {}
    for pid, process in asked.items():
        try:
            answer, _ = process.communicate(timeout=max(0.01, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        if process.returncode == 0 and (told := _told(answer)):
            found[pid] = told
    return found


def _told(answer: bytes) -> list[str]:
    try:
        threads = json.loads(answer)
        told = []
        for thread in threads:
            frames = [f for f in thread["frames"] if f["filename"] != STAGE]
            if len(threads) > 1 and frames:
                told.append(f"thread {thread['thread_name'] or thread['thread_id']}:")
            told += [f"{f['filename']}:{f['line']} in {f['name']}" for f in frames[:FRAMES]]
        return told
    except (ValueError, KeyError, TypeError):
        return []
