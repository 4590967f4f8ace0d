"""What the peers of benchmarks/gram share: the network and inputs that GramPeer wrote, and the lines they answer.

A peer is started with the folder and answers one line after the other: "gram 3" runs that work 3 times and gives milliseconds per
run, "check gram" the largest difference from gram.npy in the folder, relative to its largest diagonal entry. Either gives "out of
memory" where that is how it ends.
"""

import json
import os
import sys
import time

import numpy as np

ROWS = 256  # compared at a time


class Problem:
    """Samples x [n, d], the operations of the network (docs/network-format.md) and its parameters by name, k outputs."""

    def __init__(self, folder):
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        load = lambda name: np.load(os.path.join(folder, name))
        self.folder = folder
        self.x = load("x.npy")
        self.operations = manifest["network"]
        self.parameters = {p["name"]: load(p["file"]) for p in manifest["parameters"]}
        self.k = self.operations[-1]["out"]


def difference(computed, file):
    expected = np.load(file, mmap_mode="r")
    computed = np.asarray(computed).reshape(expected.shape)
    largest = 0.0
    for row in range(0, len(expected), ROWS):
        # np.maximum keeps a NaN, max does not
        largest = np.maximum(largest, np.abs(computed[row : row + ROWS] - expected[row : row + ROWS]).max())
    return float(largest / np.abs(np.diagonal(expected)).max())


def answer(problem, works, line):
    words = line.split()
    if words[0] == "check":
        return difference(works[words[1]](), os.path.join(problem.folder, words[1] + ".npy"))
    work, repeats = works[words[0]], int(words[1])
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return 1e3 * (time.perf_counter() - start) / repeats


def serve(hello, problem, works):
    """Works maps a name to a function that returns the finished matrix."""
    print(hello, flush=True)
    for line in sys.stdin:
        try:
            print(answer(problem, works, line), flush=True)
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and "memory" not in str(error):
                raise
            print("out of memory", flush=True)
