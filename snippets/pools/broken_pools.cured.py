import os
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

PAGES = ["the ship left", "damaged", "the harbour"]


def count_words(page):
    if page == "damaged":
        os._exit(1)  # as a crash in a C library
    return len(page.split())


if __name__ == "__main__":
    counted = 0
    for page in PAGES:
        with ProcessPoolExecutor(1) as executor:  # cured: a new one for each
            try:
                print(page, "has", executor.submit(count_words, page).result())
                counted += 1
            except BrokenExecutor as error:
                print(page, "failed:", error)
    print("pages counted:", counted)

# sphinx_gallery_lesson_failures = "the damaged page ends its worker"
