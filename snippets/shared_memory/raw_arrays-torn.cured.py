import sys
from multiprocessing import Process
from multiprocessing.sharedctypes import RawArray, synchronized

PIXELS = 20_000


def film(frame):
    for gray in range(1, 101):
        frame[:] = [gray] * PIXELS


if __name__ == "__main__":
    frame = synchronized(RawArray("B", PIXELS))  # cured: a lock
    camera = Process(target=film, args=(frame,))
    camera.start()
    torn = 0
    while camera.is_alive():
        torn += len(set(frame[:])) > 1
    if camera.exitcode:
        sys.exit("the camera failed")
    print("all pictures were whole:", torn == 0)
