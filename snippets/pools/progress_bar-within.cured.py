from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing.sharedctypes import RawArray

ROWS, COLUMNS = 200, 400
LEFT = [-0.7, -0.8]


def use(shared):
    global rows
    rows = shared


def render(number):
    inside = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            z = point = complex(LEFT[number] + column / COLUMNS, row / ROWS)
            for _ in range(60):
                z = z * z + point
                if abs(z) > 2:
                    break
            else:
                inside += 1
        rows[number] = row + 1  # cured: where main sees it
    return inside


if __name__ == "__main__":
    rows = RawArray("i", 2)
    with ProcessPoolExecutor(2, initializer=use, initargs=(rows,)) as executor:
        futures = pending = [executor.submit(render, n) for n in range(2)]
        shown = 0
        while pending:
            pending = wait(pending, timeout=0.05).not_done
            tenths = 10 * sum(rows) // (2 * ROWS)
            if tenths > shown:
                print(f"{tenths}0 % of the pictures")
                shown = tenths
        print("points inside:", [future.result() for future in futures])
