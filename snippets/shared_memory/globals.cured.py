from concurrent.futures import ProcessPoolExecutor

LOGS = ["ok\nerror\nok\nerror", "error\nok", "ok\nok\nerror"]


def count_errors(log):
    return log.splitlines().count("error")  # cured: sent to main


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        errors = sum(executor.map(count_errors, LOGS))
    print(errors, "errors")
