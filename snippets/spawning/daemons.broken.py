from multiprocessing import Pool


def count_words(chapter):
    return len(chapter.split())


def count_in_book(chapters):
    with Pool(2) as pool:
        return sum(pool.map(count_words, chapters))


if __name__ == "__main__":
    books = {
        "pipes": ["a pipe has two ends", "close the other one"],
        "locks": ["take it", "give it back", "in this order"],
    }
    with Pool(2) as pool:  # broken: its workers are daemons
        counts = pool.map(count_in_book, books.values())
        for title, count in zip(books, counts):
            print(f"{title}: {count} words")

# sphinx_gallery_lesson_fails = "daemonic processes are not allowed to have children"
