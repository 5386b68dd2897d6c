from concurrent.futures import ProcessPoolExecutor


class Invoice:
    vat = 19

    def __init__(self, net):
        self.net = net

    def gross(self):
        return self.net * (100 + self.vat) // 100


if __name__ == "__main__":
    invoice = Invoice(200)
    invoice.vat = 7  # cured: of the object, and travels with it
    with ProcessPoolExecutor(1) as executor:
        print("in main:", invoice.gross())
        print("in the worker:", executor.submit(invoice.gross).result())
