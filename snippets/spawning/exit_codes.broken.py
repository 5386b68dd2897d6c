import re
from multiprocessing import Process

SENTENCE = re.compile(r"(\w+ ?)+\.")


def check(text):
    if not SENTENCE.fullmatch(text):
        print("not a sentence:", text)


if __name__ == "__main__":
    text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    process = Process(target=check, args=(text,))
    process.start()
    process.join(timeout=1)  # broken: returns, ended or not
    print("exit code:", process.exitcode)

# sphinx_gallery_lesson_fails = "hangs"
