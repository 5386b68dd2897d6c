from multiprocessing import Process


class LineCounter(Process):
    def __init__(self, path):
        super().__init__()
        self.path = path
        self.file = open(self.path)  # broken: cannot be pickled

    def run(self):
        lines = self.file.readlines()
        self.file.close()
        print("lines:", len(lines))


if __name__ == "__main__":
    counter = LineCounter(__file__)
    counter.start()
    counter.join()
    print("exit code:", counter.exitcode)

# sphinx_gallery_lesson_fails = {"spawn": "cannot pickle", "forkserver": "cannot pickle"}
