import sys
from multiprocessing import Array, Barrier, Process

STRIPS = ["3 17 40 22", "9 31 n/a 5", "64 12 8 51"]


def stretch(number, text, peaks, barrier):
    try:
        pixels = [int(word) for word in text.split()]
        peaks[number] = max(pixels)
        barrier.wait()
        scaled = [pixel * 255 // max(peaks) for pixel in pixels]
        print(f"strip {number}: {scaled}")
    except Exception as error:
        print(f"strip {number}: {error!r}")
        barrier.abort()  # cured: wakes the others
        sys.exit(1)


if __name__ == "__main__":
    peaks = Array("i", len(STRIPS), lock=False)
    barrier = Barrier(len(STRIPS))
    workers = []
    for number, text in enumerate(STRIPS):
        args = (number, text, peaks, barrier)
        workers.append(Process(target=stretch, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("exit codes:", [worker.exitcode for worker in workers])

# sphinx_gallery_lesson_failures = "one pixel is not a number"
