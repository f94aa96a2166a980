"""
Prints known answers of an activation for test/support/known-answers.ts, computed by mpmath to 40 digits.

    python3 scripts/known_activation.py "x * tanh(log(1 + exp(x)))"

The first list has the values. The second list has the values of dy times the derivative. If the derivative is computed from
the output, the second input of the gradient is the first list. Otherwise it is x.
"""
import sys

from mpmath import diff, mp, mpf

mp.dps = 40
names = {name: getattr(mp, name) for name in ("exp", "log", "tanh", "sqrt", "erf", "expm1", "log1p", "atan", "sin", "cos")}
formula = compile(sys.argv[1], "formula", "eval")


def function(x):
    return eval(formula, {"__builtins__": {}}, {**names, "x": x, "max": max, "min": min})


inputs = ["0.5", "-1.25", "2", "1.5", "0.75", "-0.5"]
gradients = ["1", "-0.5", "0.25", "0.75", "2", "-1.5"]
print([float(function(mpf(x))) for x in inputs])
print([float(mpf(dy) * diff(function, mpf(x))) for x, dy in zip(inputs, gradients)])
