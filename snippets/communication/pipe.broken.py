import sysconfig
import zlib
from multiprocessing import Pipe, Process
from pathlib import Path


def compress(conn, other_end):
    other_end.close()
    try:
        while True:
            conn.send(zlib.compress(conn.recv()))
    except (EOFError, OSError):  # main has gone
        return


if __name__ == "__main__":
    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    ours, theirs = Pipe()
    helper = Process(target=compress, args=(theirs, ours))
    helper.start()
    theirs.close()
    results = []
    print("sending the files")
    with ours:
        for file in files:
            ours.send(file.read_bytes())  # broken: no answer is received
        for _ in files:
            results.append(ours.recv())
    helper.join()
    print("all compressed:", len(results) == len(files))

# sphinx_gallery_lesson_fails = "hangs"
