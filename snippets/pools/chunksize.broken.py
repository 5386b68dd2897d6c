from multiprocessing import Pool

CUSTOMERS = ["Ada", "Grace", "Alan", "Edsger"]


def invoice(customer, settings):
    lines = settings["lines"]
    lines.append(f"to {customer}")  # broken: changes its argument
    return lines


if __name__ == "__main__":
    settings = {"lines": ["Tea Ltd."]}
    tasks = [(customer, settings) for customer in CUSTOMERS]
    with Pool(2) as pool:
        for lines in pool.starmap(invoice, tasks, chunksize=2):
            print(lines)

# sphinx_gallery_lesson_fails = "['Tea Ltd.', 'to Ada', 'to Grace']"
