import socket
import sys
import time
from multiprocessing import Barrier, Process
from socketserver import StreamRequestHandler, ThreadingTCPServer

SALES = {"north": 12, "south": 7, "east": 9, "west": 4, "coast": 8, "isles": 3}
clients, seen = [], []


class Database(StreamRequestHandler):
    """A stand-in for a database that refuses a third client."""

    def handle(self):
        region = self.rfile.readline().decode().strip()
        clients.append(region)
        at_once = len(clients)
        seen.append(at_once)
        if at_once > 2:
            answer = "too many clients"
        else:
            time.sleep(0.5)  # it looks for the answer
            answer = str(SALES[region])
        clients.remove(region)
        self.wfile.write(answer.encode())


def report(region, address, start):
    start.wait(timeout=60)  # all ask at once
    with socket.create_connection(address) as connection:  # broken: all six
        connection.sendall(f"{region}\n".encode())
        answer = connection.makefile().read()
    if not answer.isdigit():
        sys.exit(f"{region}: {answer}")
    print(f"{region}: {answer}")


if __name__ == "__main__":
    start = Barrier(len(SALES))
    ThreadingTCPServer.request_queue_size = 16  # room for all to wait
    with ThreadingTCPServer(("127.0.0.1", 0), Database) as server:
        server.timeout = 0.1
        workers = []
        for region in SALES:
            args = (region, server.server_address, start)
            workers.append(Process(target=report, args=args))
            workers[-1].start()
        while any(worker.is_alive() for worker in workers):
            server.handle_request()
    print("clients at once:", max(seen))
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")

# sphinx_gallery_lesson_fails = "too many clients"
# sphinx_gallery_lesson_failures = "the database refuses them"
