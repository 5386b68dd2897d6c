import sys
from multiprocessing import Process
from multiprocessing.sharedctypes import RawArray

PIXELS = 20_000


def film(frame):
    for gray in range(1, 101):
        frame[:] = [gray] * PIXELS


if __name__ == "__main__":
    frame = RawArray("B", PIXELS)  # broken: no lock
    camera = Process(target=film, args=(frame,))
    camera.start()
    torn = 0
    while camera.is_alive():
        torn += len(set(frame[:])) > 1
    if camera.exitcode:
        sys.exit("the camera failed")
    print("all pictures were whole:", torn == 0)

# sphinx_gallery_lesson_fails = "all pictures were whole: False"
