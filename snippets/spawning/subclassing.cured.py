from multiprocessing import Process


class LineCounter(Process):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def run(self):
        self.file = open(self.path)  # cured: opened in the child
        lines = self.file.readlines()
        self.file.close()
        print("lines:", len(lines))


if __name__ == "__main__":
    counter = LineCounter(__file__)
    counter.start()
    counter.join()
    print("exit code:", counter.exitcode)
