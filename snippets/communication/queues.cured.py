import hashlib
from multiprocessing import Process, Queue

PASSWORDS = ["correct horse", "battery", "staple"]


def hash_all(passwords, results):
    for password in passwords:
        key = password.encode()
        hashed = hashlib.pbkdf2_hmac("sha256", key, b"salt", 400_000)
        results.put(hashed.hex())


if __name__ == "__main__":
    results = Queue()
    worker = Process(target=hash_all, args=(PASSWORDS, results))
    worker.start()
    hashes = []
    for _ in PASSWORDS:  # cured: waits for each
        hashes.append(results.get(timeout=60))
    print("hashes received:", len(hashes))
    worker.join()
