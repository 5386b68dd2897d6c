from concurrent.futures import ProcessPoolExecutor

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
        for result in executor.map(mean, days()):  # broken: reads all
            most = max(most, len(made) - len(means))
            means.append(result)
    print("means:", len(means))
    print("read ahead:", most)

# sphinx_gallery_lesson_fails = "wrong"
