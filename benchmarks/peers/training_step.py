"""PyTorch against FullRank on one training step: training_step.py SAMPLES WIDTH ACTIVATION ROUNDS STEPS JAVA...

Started by benchmarks/training, which fills in JAVA, the command of org.fullrank.benchmarks.TrainingPeer without its arguments.
Needs numpy and torch. Both sides train the same network from the same files by gradient descent on half the sum of squares, in
double precision. They take turns, STEPS steps each, in two processes that stay alive; the other one waits without spinning.
Prints the median and the best time per step of both, the ratio of the medians, the median of the ratios of neighbouring turns, and
fails if the losses differ by more than 1e-9 relative after all steps.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

STEP_SIZE = 1e-5
TOLERANCE = 1e-9


class Torch:
    def __init__(self, folder, activation):
        torch.set_default_dtype(torch.float64)
        sigma = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]
        load = lambda name: torch.from_numpy(np.load(os.path.join(folder, name + ".npy")))
        self.x, self.y = load("x"), load("y")
        layers = []
        for name in ("0", "2", "4"):
            weight, bias = load(name + ".weight"), load(name + ".bias")
            layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
            with torch.no_grad():
                layer.weight.copy_(weight)
                layer.bias.copy_(bias)
            layers += [layer, sigma()]
        self.network = torch.nn.Sequential(*layers[:-1])
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=STEP_SIZE)

    def loss(self):
        return 0.5 * ((self.network(self.x) - self.y) ** 2).sum()

    def advance(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.optimizer.zero_grad(set_to_none=True)
            self.loss().backward()
            self.optimizer.step()
        elapsed = 1e3 * (time.perf_counter() - start) / steps
        with torch.no_grad():
            return elapsed, self.loss().item()


class FullRank:
    def __init__(self, java, arguments):
        self.process = subprocess.Popen(java + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print("FullRank:", self.process.stdout.readline().strip())

    def advance(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        elapsed, loss = self.process.stdout.readline().split()
        return float(elapsed), float(loss)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    samples, width, activation = sys.argv[1:4]
    rounds, steps = int(sys.argv[4]), int(sys.argv[5])
    with tempfile.TemporaryDirectory() as folder:
        print(f"n = {samples}, 64-{width}-{width}-10, {activation}, float64, {torch.get_num_threads()} threads, load", os.getloadavg())
        ours = FullRank(sys.argv[6:], [folder, samples, width, activation])
        peer = Torch(folder, activation)
        print("PyTorch:", torch.__version__, torch.backends.mkl.is_available() and "MKL" or "no MKL")
        ours.advance(10 * steps)  # the JIT compiler needs more than one turn
        peer.advance(10 * steps)
        times = []
        for _ in range(rounds):
            a, loss = ours.advance(steps)
            b, expected = peer.advance(steps)
            times.append((a, b))
        ours.close()
    for name, of in (("FullRank", 0), ("PyTorch", 1)):
        own = [t[of] for t in times]
        print(f"{name:9s} median {statistics.median(own):8.2f} ms, best {min(own):8.2f} ms")
    medians = statistics.median(t[0] for t in times) / statistics.median(t[1] for t in times)
    best = min(t[0] for t in times) / min(t[1] for t in times)
    print(f"ratio of medians {medians:.2f}, median of ratios {statistics.median(a / b for a, b in times):.2f}, ratio of best {best:.2f}")
    print(f"losses {loss:.15g} {expected:.15g}, load", os.getloadavg())
    if not abs(loss - expected) <= TOLERANCE * abs(expected):
        sys.exit("the losses differ: it was not the same work")


if __name__ == "__main__":
    main()
