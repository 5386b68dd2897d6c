import asyncio
from itertools import pairwise, permutations


def best_tour(stops):
    hours = [[abs(a * b - 7) % 11 for b in range(stops)] for a in range(stops)]
    orders = permutations(range(stops))
    return min(sum(hours[a][b] for a, b in pairwise(o)) for o in orders)


async def answer(reader, writer):
    path = await reader.readline()
    if path == b"/plan\n":
        begun.set()
        hours = best_tour(8)  # broken: nothing else runs
        writer.write(b"/plan: %d hours\n" % hours)
    else:
        writer.write(b"/health: alive\n")
    await writer.drain()
    writer.close()


async def ask(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(path + b"\n")
    reply = await reader.readline()
    writer.close()
    return reply.decode().strip()


async def main():
    global begun
    begun = asyncio.Event()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        plan = asyncio.create_task(ask(port, b"/plan"))
        await begun.wait()
        health = asyncio.create_task(ask(port, b"/health"))
        replies = [await r for r in asyncio.as_completed([plan, health])]
    print(" before ".join(replies))


if __name__ == "__main__":
    asyncio.run(main())

# sphinx_gallery_lesson_fails = "wrong"
