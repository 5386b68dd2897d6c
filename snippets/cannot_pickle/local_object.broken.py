from multiprocessing import Pool


def main():
    def double(item):  # broken: has no name outside main()
        return 2 * item

    with Pool(2) as pool:
        print(pool.map(double, range(4)))


if __name__ == "__main__":
    main()

# sphinx_gallery_lesson_fails = "local object"
