import random
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed


def ignore_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def full_days(places):
    rng = random.Random(places)
    cars = (sum(rng.random() < 0.4 for _ in range(150)) for _ in range(500))
    return sum(number > places for number in cars)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with ProcessPoolExecutor(1, initializer=ignore_ctrl_c) as executor:
        futures = [executor.submit(full_days, n) for n in range(50, 90)]
        try:
            for future in as_completed(futures):
                future.result()
                signal.raise_signal(signal.SIGINT)  # Ctrl-C
        except KeyboardInterrupt:
            print("Ctrl-C")  # broken: the block still waits for all
    dropped = sum(future.cancelled() for future in futures)
    print("tasks dropped:", dropped > 0)

# sphinx_gallery_lesson_fails = "wrong"
