from datetime import date
from multiprocessing import Pipe, Process


def send_fridays(sender, day):
    days = []
    for year in range(1, 9999):
        for month in range(1, 13):
            if date(year, month, day).weekday() == 4:
                days.append(date(year, month, day))
    print("the child sends", len(days), "days")
    sender.send(days)


if __name__ == "__main__":
    receiver, sender = Pipe(duplex=False)
    process = Process(target=send_fridays, args=(sender, 13))
    process.start()
    sender.close()
    process.join()  # broken: the child waits for recv()
    days = receiver.recv()
    print("main has", len(days))

# sphinx_gallery_lesson_fails = "hangs"
