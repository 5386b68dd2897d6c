import socket
from multiprocessing import Pipe, Process


def log_in(conn, address):
    with socket.create_connection(address) as sock:
        sock.sendall(b"ann\n")
        conn.send(sock)
        conn.poll(30)  # cured: lives until main has it


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        ours, theirs = Pipe()
        address = server.getsockname()
        helper = Process(target=log_in, args=(theirs, address), name="helper")
        helper.start()
        theirs.close()
        session, _ = server.accept()
        with session:
            user = session.makefile().readline().strip()
            session.sendall(f"welcome {user}".encode())
            with ours.recv() as sock:
                ours.send("I have it")
                print(sock.recv(100).decode())
            helper.join()
