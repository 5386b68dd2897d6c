import math
from multiprocessing import Process, active_children
from multiprocessing.connection import wait


def show_factor(n):
    slow, fast, factor = 2, 2, 1
    while factor == 1:
        slow = (slow**2 + 1) % n
        fast = ((fast**2 + 1) ** 2 + 1) % n
        factor = math.gcd(slow - fast, n)
    print("factor:", factor)


if __name__ == "__main__":
    running = {}
    for n in [250000000000977500000000279, 0]:
        process = Process(target=show_factor, args=(n,))
        process.start()
        running[process.sentinel] = process
    while running:
        for sentinel in wait(running):  # cured: whichever has ended
            process = running.pop(sentinel)
            process.join()
            if process.exitcode != 0:
                print(f"{process.name} failed")
                print("still running:", len(active_children()))

# sphinx_gallery_lesson_failures = "one number is 0 on purpose"
