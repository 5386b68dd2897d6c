import tempfile
from multiprocessing.dummy import Pool  # cured: threads
from pathlib import Path
from zlib import crc32

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name in ["north", "south", "west"]:
            Path(folder, name).write_bytes(name.encode() * 400_000)
        paths = sorted(Path(folder).iterdir())
        with Pool(2) as pool:
            sums = pool.map(lambda path: crc32(path.read_bytes()), paths)
        for path, checksum in zip(paths, sums, strict=True):
            print(f"{path.name}: {checksum:08x}")
