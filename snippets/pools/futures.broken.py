from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait

METERS = ["10 14 19", "10 14 9", "3 5 8"]


def check(readings):
    numbers = [int(number) for number in readings.split()]
    if numbers != sorted(numbers):
        raise ValueError(f"a meter ran backwards: {readings}")
    return numbers[-1] - numbers[0]


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(check, meter) for meter in METERS]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)  # broken: no raise
            print("all meters are right")
        except ValueError as error:
            print("not billed:", error)

# sphinx_gallery_lesson_fails = ["wrong", "all meters are right"]
