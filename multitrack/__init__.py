"""Record what every process of a Python script writes, and when each lives and how it ends."""
