"""Fits the rational function that computes tanh in float32, and prints its coefficients and errors (needs NumPy).

    python3 scripts/fit_tanh.py

The fit is tanh(x) / x = p(x^2) / q(x^2) on [0, LARGEST], by weighted linear least squares. The weights move to where the
relative error is largest (Lawson's algorithm, with the denominator of the previous round).
"""

import numpy as np

LARGEST = 9.0109  # from this x on, tanh(x) rounds to 1 in float32
DEGREE = 4
POINTS = 4000
ROUNDS = 200

angles = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
x = np.sort(LARGEST * (1 + angles) / 2)
scaled = 2 * x**2 / LARGEST**2 - 1
target = np.tanh(x) / x
basis = np.polynomial.chebyshev.chebvander(scaled, DEGREE)

weights = np.ones(POINTS)
denominator = np.ones(POINTS)
best = (np.inf, None, None)
for _ in range(ROUNDS):
    # The equations p - target * q = 0 with q = 1 + ..., each divided by target * (q of the previous round).
    matrix = np.hstack([basis, -target[:, None] * basis[:, 1:]])
    scale = np.sqrt(weights) / (target * denominator)
    solution = np.linalg.lstsq(matrix * scale[:, None], target * scale, rcond=None)[0]
    p, q = solution[: DEGREE + 1], np.concatenate([[1], solution[DEGREE + 1 :]])
    denominator = np.abs(basis @ q)
    error = np.abs((basis @ p) / (basis @ q) / target - 1)
    if error.max() < best[0]:
        best = (error.max(), p, q)
    weights *= error / error.max() + 1e-3
    weights *= POINTS / weights.sum()


def powers(coefficients):
    series = np.polynomial.chebyshev.Chebyshev(coefficients, domain=[0, LARGEST**2])
    return series.convert(kind=np.polynomial.Polynomial).coef


error, p, q = best
p, q = powers(p), powers(q)
print(f"largest relative error {error:.2g}")
print("numerator, from the lowest power up:  ", [float(f"{value / q[0]:.9g}") for value in p])
print("denominator, from the lowest power up:", [float(f"{value / q[0]:.9g}") for value in q])
