"""SciPy on the work of EigenSolverBenchmark: eigen_solvers.py MATRIX.npy [REPETITIONS]

Needs numpy and scipy. OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 python3 benchmarks/peers/eigen_solvers.py gram.npy
The comment of EigenSolverBenchmark says how to write the matrix. Prints the median and the best time in milliseconds.
"""

import os
import statistics
import sys
import time

import numpy as np
import scipy.linalg
import scipy.sparse.linalg


def shift_invert_cholesky(a):
    factor = scipy.linalg.cho_factor(a, lower=True, check_finite=False)
    inverse = scipy.sparse.linalg.LinearOperator(
        a.shape, matvec=lambda x: scipy.linalg.cho_solve(factor, x, check_finite=False), dtype=a.dtype
    )
    return scipy.sparse.linalg.eigsh(a, k=5, sigma=0, OPinv=inverse)[0]


WORK = {
    "largest 10, eigsh LA": lambda a: scipy.sparse.linalg.eigsh(a, k=10, which="LA")[0],
    "largest 10, eigsh LA tol 1e-10": lambda a: scipy.sparse.linalg.eigsh(a, k=10, which="LA", tol=1e-10)[0],
    "smallest 5, eigsh sigma=0 (LU)": lambda a: scipy.sparse.linalg.eigsh(a, k=5, sigma=0)[0],
    "smallest 5, eigsh sigma=0 (Cholesky)": shift_invert_cholesky,
    "smallest 5, eigh subset": lambda a: scipy.linalg.eigh(a, subset_by_index=[0, 4])[0],
    "all values, eigvalsh": lambda a: scipy.linalg.eigvalsh(a),
}


def main():
    a = np.load(sys.argv[1])
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print("load", os.getloadavg())
    for name, work in WORK.items():
        times = []
        try:
            for _ in range(repetitions + 1):
                start = time.perf_counter()
                values = work(a)
                times.append(1e3 * (time.perf_counter() - start))
        except scipy.linalg.LinAlgError as error:
            print(f"{name:40s} failed: {error}")
            continue
        times = times[1:]  # the first one warms up
        print(f"{name:40s} median {statistics.median(times):9.1f} best {min(times):9.1f}  {values[0]:.12g} {values[-1]:.12g}")
    print("load", os.getloadavg())


if __name__ == "__main__":
    main()
