import os
import signal
import tempfile
from multiprocessing import Pool
from pathlib import Path


def press_ctrl_c():
    os.kill(0, getattr(signal, "CTRL_C_EVENT", signal.SIGINT))


def write_report(path):
    print("begun:", path.name)
    if path.name == "south":
        press_ctrl_c()  # while this task runs
    path.write_text("\n".join(str(n**n) for n in range(1, 200)))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder:
        names = ["north", "south", "west"]
        paths = [Path(folder, name) for name in names]
        with Pool(1) as pool:  # broken: Ctrl-C ends the worker
            try:
                pool.map(write_report, paths, chunksize=1)
            except KeyboardInterrupt:
                print("Ctrl-C: the last reports, then the end")
                pool.close()
                pool.join()
        print("reports:", sorted(os.listdir(folder)))

# sphinx_gallery_lesson_fails = ["hangs", "KeyboardInterrupt"]
