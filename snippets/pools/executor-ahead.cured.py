from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

made = []


def days():
    for day in range(200):
        made.append(day)
        yield " ".join(str(day + hour) for hour in range(24))


def mean(readings):
    numbers = [float(number) for number in readings.split()]
    return sum(numbers) / len(numbers)


if __name__ == "__main__":
    means = []
    most = 0
    with ProcessPoolExecutor(max_workers=2) as executor:
        pending = set()
        for day in days():
            pending.add(executor.submit(mean, day))
            most = max(most, len(made) - len(means))
            if len(pending) == 20:  # cured: waits for a result
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                means += [future.result() for future in done]
        means += [future.result() for future in pending]
    print("means:", len(means))
    print("read ahead:", most)
