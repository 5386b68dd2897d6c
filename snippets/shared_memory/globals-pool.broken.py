from collections import Counter
from concurrent.futures import ProcessPoolExecutor

TEXTS = ["to be or not to be", "be quick", "be still my heart"]
words = Counter()


def count_words(text):
    words.update(text.split())  # broken: keeps the old words
    return words


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        counts = sum(executor.map(count_words, TEXTS), Counter())
    print("counted", counts.total(), "words, be:", counts["be"])

# sphinx_gallery_lesson_fails = "wrong"
