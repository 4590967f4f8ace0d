"""JAX, the same structured Gram as gram_torch.py, compiled as a whole by jit, for benchmarks/gram: gram_jax.py FOLDER

XLA chooses the order and the buffers. It takes its number of threads from NPROC.
"""

import os
import sys

os.environ["NPROC"] = os.environ.get("OMP_NUM_THREADS", "2")

import jax
import jax.numpy as jnp

from gram_problem import Problem, serve

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def forward(operations, w, h):
    tape = []
    for op in operations:
        if op["op"] == "dense":
            tape.append((op, h))
            h = op["sw"] * (h @ w[op["W"]])
            if op["b"]:
                h = h + op["sb"] * w[op["b"]]
        elif op["op"] == "act":
            h = jnp.tanh(h)
            tape.append((op, 1 - h * h))
        else:
            branch, inner = forward(op["branch"], w, h)
            tape.append((op, inner))
            h = h + op["scale"] * branch
    return h, tape


def backward(tape, w, g, terms):
    """The rows g [n, k, d] pulled back; terms gets every dense layer."""
    for op, kept in reversed(tape):
        if op["op"] == "dense":
            terms.append((op, kept, g))
            g = op["sw"] * (g @ w[op["W"]].T)
        elif op["op"] == "act":
            g = g * kept[:, None, :]
        else:
            g = g + backward(kept, w, op["scale"] * g, terms)
    return g


def structured(operations, k, trace):
    def kernel(w, x):
        n, rows = len(x), 1 if trace else k
        _, tape = forward(operations, w, x)
        identity, terms = jnp.eye(k, dtype=x.dtype), []
        backward(tape, w, jnp.broadcast_to(identity, (n, k, k)), terms)
        total = 0
        for op, h, g in terms:
            a = (op["sw"] ** 2 * (h @ h.T) + (op["sb"] ** 2 if op["b"] else 0))[:, None, :, None]
            if op is operations[-1]:
                total = k * a if trace else a * identity[:, None, :]
            else:
                g = g.reshape(n * rows, -1)
                total = total + a * (g @ g.T).reshape(n, rows, n, rows)
        return total.reshape(n * rows, n * rows)

    return jax.jit(kernel)


def main():
    problem = Problem(sys.argv[1])
    w, x = jax.tree.map(jnp.asarray, (problem.parameters, problem.x))
    gram, trace = (structured(problem.operations, problem.k, trace) for trace in (False, True))
    works = {"gram": lambda: gram(w, x).block_until_ready(), "trace": lambda: trace(w, x).block_until_ready()}
    serve(f"JAX {jax.__version__}, {os.environ['NPROC']} threads", problem, works)


if __name__ == "__main__":
    main()
