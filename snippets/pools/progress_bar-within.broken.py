from concurrent.futures import ProcessPoolExecutor, as_completed

ROWS, COLUMNS = 200, 400
LEFT = [-0.7, -0.8]


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
    return inside


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(render, n) for n in range(2)]
        for done, _ in enumerate(as_completed(futures), start=1):
            percent = 100 * done // 2  # broken: 0, 50 or 100
            print(f"{percent} % of the pictures")
        print("points inside:", [future.result() for future in futures])

# sphinx_gallery_lesson_fails = "wrong"
