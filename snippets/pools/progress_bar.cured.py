from concurrent.futures import ProcessPoolExecutor, as_completed

LINES = {"Mon": 700_000, "Tue": 9_000, "Wed": 9_000, "Thu": 9_000}


def count_errors(day):
    errors = 0
    for number in range(LINES[day]):
        line = f"GET /item/{number} {503 if number % 900 == 0 else 200}"
        errors += line.rpartition(" ")[2] >= "500"
    print(day, "is counted")
    return day, errors


if __name__ == "__main__":
    errors = 0
    with ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(count_errors, day) for day in LINES]
        results = as_completed(futures)  # cured: as they are ready
        for done, future in enumerate(results, start=1):
            day, count = future.result()
            errors += count
            print(f"[{'#' * done:.<4}] {done} of {len(LINES)}: {day}")
    print("errors:", errors)
