from concurrent.futures import ProcessPoolExecutor

LOGS = ["ok\nerror\nok\nerror", "error\nok", "ok\nok\nerror"]
errors = 0


def count_errors(log):
    global errors
    errors += log.splitlines().count("error")  # broken: not main's errors


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        executor.map(count_errors, LOGS)
    print(errors, "errors")

# sphinx_gallery_lesson_fails = "0 errors"
