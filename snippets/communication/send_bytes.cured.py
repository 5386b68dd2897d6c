from multiprocessing import Pipe, Process


def film(reader, writer):
    reader.close()
    pixels = bytearray(8 * 8)
    frame = memoryview(pixels).cast("B", (8, 8))
    writer.send_bytes(frame.cast("B"))  # cured: flat


if __name__ == "__main__":
    reader, writer = Pipe(duplex=False)
    camera = Process(target=film, args=(reader, writer))
    camera.start()
    writer.close()
    sizes = []
    with reader:
        try:
            while True:
                sizes.append(len(reader.recv_bytes()))
        except EOFError:
            camera.join()
    print("messages of", sizes, "bytes")
    print("exit code:", camera.exitcode)
