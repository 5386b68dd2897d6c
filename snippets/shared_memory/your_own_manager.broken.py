import time
from multiprocessing import Barrier, Process
from multiprocessing.managers import BaseManager


class Tickets:
    def __init__(self, count):
        self.left, self.sold = count, 0

    def sell(self):
        if self.left <= 0:  # broken: both see the last one
            return False
        time.sleep(0.1)  # the bank is asked
        self.left -= 1
        self.sold += 1
        return True

    def total(self):
        return self.sold


class Hall(BaseManager):
    pass


Hall.register("Tickets", Tickets)


def box_office(tickets, opening):
    opening.wait(30)
    sold = 0
    while tickets.sell():
        sold += 1
    print("sold here:", sold)


if __name__ == "__main__":
    with Hall() as hall:
        tickets = hall.Tickets(5)
        args = (tickets, Barrier(2))
        offices = [Process(target=box_office, args=args) for _ in range(2)]
        for office in offices:
            office.start()
        for office in offices:
            office.join()
        if any(office.exitcode for office in offices):
            raise SystemExit("a box office has failed")
        print("sold:", tickets.total(), "of 5")

# sphinx_gallery_lesson_fails = ["wrong", "sold: 6 of 5"]
