"""Writes the .npy files of this folder with NumPy itself. Run: python make.py (made with NumPy 2.4.6).

Every array a_* holds sign * (i * 100 + j * 10 + l) style values that the Java test recomputes from the indices.
"""
import os

import numpy as np
from numpy.lib import format as fmt

here = os.path.dirname(os.path.abspath(__file__))


def put(name, array, version=None):
    with open(os.path.join(here, name + ".npy"), "wb") as f:
        fmt.write_array(f, array, version=version, allow_pickle=False)


base = np.arange(6).reshape(2, 3) * 7 - 10  # value(i, j) = 7 (3 i + j) - 10
for t in ["f2", "f4", "f8", "i1", "i2", "i4", "i8"]:
    for order in "<>":
        put(("le_" if order == "<" else "be_") + t, base.astype(order + t))
for t in ["u1", "u2", "u4", "u8"]:
    for order in "<>":
        put(("le_" if order == "<" else "be_") + t, (base + 10).astype(order + t))
put("b1", base > 0)

third = base / 3.0  # not representable: pins down the exact bits
put("third_f8", third)
put("third_f8_fortran", np.asfortranarray(third))
put("third_f4", third.astype("<f4"))
cube = np.arange(24, dtype="<f8").reshape(2, 3, 4)
put("cube_c", cube)
put("cube_fortran", np.asfortranarray(cube))
put("cube_fortran_be_f4", np.asfortranarray(cube.astype(">f4")))
put("version2", base.astype("<f8"), version=(2, 0))
put("version3", base.astype("<f8"), version=(3, 0))
put("scalar", np.array(2.5))
put("vector", np.array([1.0, -0.0, 5e-324, 1.7976931348623157e308]))
put("vector_fortran", np.asfortranarray(np.array([1.0, 2.0, 3.0])))
put("nonfinite", np.array([np.nan, np.inf, -np.inf]))
put("half_special", np.array([6e-8, 65504, -6.1e-5, np.inf, 0.333251953125], dtype="<f2"))
put("u4_max", np.array([2**32 - 1], dtype="<u4"))
put("i8_exact", np.array([2**53, -(2**53)], dtype="<i8"))
put("bad_i8_large", np.array([0, 2**53 + 1], dtype="<i8"))
put("bad_u8_large", np.array([2**64 - 1], dtype="<u8"))
put("bad_empty", np.zeros((0, 3)))
put("bad_complex", np.zeros(2, dtype="<c16"))
put("bad_text", np.array(["ab", "c"]))
put("bad_structured", np.zeros(2, dtype=[("a", "<f8"), ("b", "<i4")]))
