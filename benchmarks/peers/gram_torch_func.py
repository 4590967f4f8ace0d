"""PyTorch's torch.func, the Gram of stored Jacobians, for benchmarks/gram: gram_torch_func.py FOLDER BYTES

As in PyTorch's tutorial on neural tangent kernels: vmap(jacrev) gives the Jacobian of every parameter tensor, einsum contracts
it. A parameter's Jacobian is freed as soon as it is contracted, which the tutorial does not do.
The address space of this process is limited to BYTES, so that a Jacobian that does not fit ends in "out of memory" and not in the
death of another process.
"""

import resource
import sys

import torch

from gram_problem import Problem, serve


def apply(operations, w, h):
    """The outputs of one sample."""
    for op in operations:
        if op["op"] == "dense":
            h = op["sw"] * (h @ w[op["W"]])
            if op["b"]:
                h = h + op["sb"] * w[op["b"]]
        elif op["op"] == "act":
            h = torch.tanh(h)
        else:
            h = h + op["scale"] * apply(op["branch"], w, h)
    return h


def contraction(operations, w, x, equation):
    jacobians = torch.func.vmap(torch.func.jacrev(lambda w, h: apply(operations, w, h)), (None, 0))(w, x)
    kernel = 0
    for name in list(jacobians):
        j = jacobians.pop(name).flatten(2)
        kernel = kernel + torch.einsum(equation, j, j)
    return kernel


def main():
    problem, limit = Problem(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    x = torch.from_numpy(problem.x)
    w = {name: torch.from_numpy(value) for name, value in problem.parameters.items()}
    n, k = len(x), problem.k

    def gram():
        kernel = contraction(problem.operations, w, x, "Naf,Mbf->NMab")
        return kernel.permute(0, 2, 1, 3).reshape(n * k, n * k)

    hello = f"torch.func {torch.__version__}, at most {limit / 2**30:.1f} GiB"
    serve(hello, problem, {"gram": gram, "trace": lambda: contraction(problem.operations, w, x, "Naf,Maf->NM")})


if __name__ == "__main__":
    main()
