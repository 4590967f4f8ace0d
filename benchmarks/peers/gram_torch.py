"""PyTorch, a structured Gram written by hand, for benchmarks/gram: gram_torch.py FOLDER

The sum over layers of (A A^T) o (G G^T), where A [n, d_in] are the inputs of a layer and G [n k, d_out] the derivatives of the
outputs by what it gives. No autograd, work in place, buffers reused. The output layer's G is the identity, so its term is A A^T on
the diagonal of every k x k block. The trace kernel sums over outputs inside of G G^T, so it needs n x n products only.
"""

import sys

import torch

from gram_problem import Problem, serve


class Structured:
    def __init__(self, problem):
        self.operations, self.k = problem.operations, problem.k
        self.x = torch.from_numpy(problem.x)
        self.w = {name: torch.from_numpy(value) for name, value in problem.parameters.items()}

    def forward(self, operations, h):
        """The outputs, and what backward needs."""
        tape = []
        for op in operations:
            if op["op"] == "dense":
                tape.append((op, h))
                h = (h @ self.w[op["W"]]).mul_(op["sw"])
                if op["b"]:
                    h.add_(self.w[op["b"]], alpha=op["sb"])
            elif op["op"] == "act":
                h = torch.tanh(h)
                tape.append((op, 1 - h * h))
            else:
                branch, inner = self.forward(op["branch"], h)
                tape.append((op, inner))
                h = h.add(branch, alpha=op["scale"])
        return h, tape

    def backward(self, tape, g, add):
        """The rows g [n k, d] pulled back; add(op, h, g) gets every dense layer."""
        for op, kept in reversed(tape):
            if op["op"] == "dense":
                add(op, kept, g)
                if op is not self.operations[0]:  # nothing is trained before the first layer
                    g = g @ (self.w[op["W"]] * op["sw"]).T
            elif op["op"] == "act":
                g.view(len(kept), -1, kept.shape[1]).mul_(kept[:, None, :])
            else:
                g = g + self.backward(kept, g * op["scale"], add)
        return g

    def sum(self, trace):
        n, k = len(self.x), self.k
        rows = 1 if trace else k
        kernel = self.x.new_zeros(n, rows, n, rows)
        a, g_products = self.x.new_empty(n, n), self.x.new_empty(n * rows, n * rows)

        def add(op, h, g):
            a.fill_(op["sb"] ** 2 if op["b"] else 0).addmm_(h, h.T, alpha=op["sw"] ** 2)
            if op is self.operations[-1]:
                kernel.diagonal(dim1=1, dim2=3).add_(a[:, :, None], alpha=k if trace else 1)
            else:
                g = g.view(n * rows, -1)
                torch.mm(g, g.T, out=g_products)
                kernel.addcmul_(a[:, None, :, None], g_products.view(n, rows, n, rows))

        _, tape = self.forward(self.operations, self.x)
        self.backward(tape, torch.eye(k, dtype=self.x.dtype).repeat(n, 1), add)
        return kernel.view(n * rows, n * rows)


def main():
    problem = Problem(sys.argv[1])
    structured = Structured(problem)
    with torch.no_grad():
        works = {"gram": lambda: structured.sum(False), "trace": lambda: structured.sum(True)}
        mkl = "MKL" if torch.backends.mkl.is_available() else "no MKL"
        serve(f"PyTorch {torch.__version__}, {mkl}, {torch.get_num_threads()} threads", problem, works)


if __name__ == "__main__":
    main()
