from multiprocessing import Pool


def double(item):  # cured: workers find it by name
    return 2 * item


def main():
    with Pool(2) as pool:
        print(pool.map(double, range(4)))


if __name__ == "__main__":
    main()
