import subprocess
import sys
from multiprocessing.shared_memory import SharedMemory


def show(name):
    block = SharedMemory(name)  # broken: has its own tracker
    print("read:", bytes(block.buf[:7]).decode())
    block.close()


def write_frames():
    block = SharedMemory(create=True, size=7)
    try:
        for number in [1, 2]:
            block.buf[:7] = b"frame %d" % number
            command = [sys.executable, __file__, block.name]
            subprocess.run(command, check=True)
    finally:
        block.close()
        block.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        show(sys.argv[1])  # the other program
    else:
        write_frames()

# sphinx_gallery_lesson_fails = "leaked shared_memory objects"
