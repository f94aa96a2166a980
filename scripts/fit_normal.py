"""Fits the rational functions behind the normal distribution's tail, and prints their coefficients and errors (needs mpmath).

    python3 scripts/fit_normal.py

The fit is g(y) = e^(y^2/2) (1 - cdf(y)) = p(y) / q(y) on [0, LARGEST], by weighted linear least squares. The weights move to
where the relative error is largest (Lawson's algorithm, with the denominator of the previous round). All numbers have 80
digits, so plain powers of y suffice. The printed coefficients have enough digits to identify the float64.
"""

from mpmath import cos, erfc, exp, fabs, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 80

# Precision, degree of p (the degree of q is one more, as g falls like 1/y), and the y from which e^(-y^2/2) counts as 0.
FITS = [("float32", 4, mpf("13.2")), ("float64", 10, mpf("37.7"))]
ROUNDS = 25


def scaled_tail(y):
    return exp(y * y / 2) * erfc(y / sqrt(mpf(2))) / 2


def points_up_to(largest, count):
    """Chebyshev nodes, moved toward 0, where g is most curved: y = s / (1 + 1/largest - s)."""
    nodes = [(1 - cos(pi * (k + mpf(1) / 2) / count)) / 2 for k in range(count)]
    return [s / (1 + 1 / largest - s) for s in nodes]


def fit(degree, largest):
    """Coefficients of p and q from the lowest power up, q(0) = 1, and the largest relative error."""
    unknowns = 2 * degree + 2
    ys = points_up_to(largest, 12 * unknowns)
    targets = [scaled_tail(y) for y in ys]
    rows = []
    for y, target in zip(ys, targets):
        powers = [y**k for k in range(degree + 2)]
        # The equation p - target q = 0, divided by the target, makes the relative error times q small.
        rows.append([power / target for power in powers[: degree + 1]] + [-power for power in powers[1:]])
    weights = [mpf(1)] * len(ys)
    denominators = [mpf(1)] * len(ys)
    best = None
    for _ in range(ROUNDS):
        normal, right = matrix(unknowns, unknowns), matrix(unknowns, 1)
        for row, weight, denominator in zip(rows, weights, denominators):
            scale = weight / denominator**2
            for i in range(unknowns):
                scaled = scale * row[i]
                right[i] += scaled
                for j in range(i, unknowns):
                    normal[i, j] += scaled * row[j]
        for i in range(unknowns):
            for j in range(i):
                normal[i, j] = normal[j, i]
        solution = list(lu_solve(normal, right))
        p, q = solution[: degree + 1], [mpf(1)] + solution[degree + 1 :]
        denominators = [fabs(polyval(q[::-1], y)) for y in ys]
        errors = [fabs(polyval(p[::-1], y) / polyval(q[::-1], y) / t - 1) for y, t in zip(ys, targets)]
        largest_error = max(errors)
        if best is None or largest_error < best[0]:
            best = (largest_error, p, q)
        weights = [w * (e / largest_error + mpf("1e-3")) for w, e in zip(weights, errors)]
        total = sum(weights)
        weights = [w * len(ys) / total for w in weights]
    return best


if __name__ == "__main__":
    for precision, degree, largest in FITS:
        error, p, q = fit(degree, largest)
        print(f"{precision}: largest relative error {nstr(error, 2)}")
        print("  numerator, from the highest power down:  ", [float(value) for value in p[::-1]])
        print("  denominator, from the highest power down:", [float(value) for value in q[::-1]])
