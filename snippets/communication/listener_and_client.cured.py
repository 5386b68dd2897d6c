from multiprocessing import AuthenticationError, Pipe, Process
from multiprocessing.connection import Client, Listener, wait


def serve(where):
    with Listener(("127.0.0.1", 0), authkey=b"the key") as listener:
        for _ in range(2):  # two clients
            where.send(listener.address)
            try:
                conn = listener.accept()
            except (AuthenticationError, EOFError, OSError) as error:
                print("refused:", error)  # cured: the server goes on
                continue
            with conn:
                conn.send(conn.recv().title())


if __name__ == "__main__":
    ours, theirs = Pipe()
    server = Process(target=serve, args=(theirs,), name="server", daemon=True)
    server.start()
    address = ours.recv()
    try:
        Client(address, authkey=b"a guess")
    except AuthenticationError as error:
        print("wrong key:", error)
    wait([ours, server.sentinel], 30)  # it listens again, or has ended
    with Client(address, authkey=b"the key") as conn:
        conn.send("hello")
        print("right key:", conn.recv())
    server.join()
