import multiprocessing


def greet():
    print("hello from the child")


process = multiprocessing.Process(target=greet)
process.start()  # broken: runs in the child too
process.join()
print("exit code of the child:", process.exitcode)

# sphinx_gallery_lesson_fails = {"spawn": "RuntimeError", "forkserver": "RuntimeError"}
