import hashlib
import multiprocessing
import sys


def show_digest(lock, kind, path):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, kind).hexdigest()
    with lock:
        print(kind, "has", len(digest), "digits")


def show_digests(path, kinds):
    context = multiprocessing.get_context("spawn")
    lock = multiprocessing.Lock()  # broken: of the default context
    processes = []
    for kind in kinds:
        args = (lock, kind, path)
        processes.append(context.Process(target=show_digest, args=args))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


if __name__ == "__main__":
    codes = show_digests(__file__, ["sha256", "sha512"])
    if any(codes):
        sys.exit(f"exit codes: {codes}")

# sphinx_gallery_lesson_fails = {"fork": "A SemLock created in a fork context is being shared"}
