"""
Writes test/golden/activations.json: PyTorch's values and derivatives of activation functions, in float64 and float32.
Debian's python3 with python3-torch runs the program.

    /usr/bin/python3 test/golden/make_activations.py
"""
import json
import pathlib

import torch

from torch_network import ACTIVATIONS

NAMES = ["relu6", "elu", "softsign", "mish", "hardSwish"]
# Every number is exact in float32. The list has both sides of each bend, but not the bends of hardSwish at -3 and 3. At 3,
# PyTorch's derivative is 1 in a vector and 1.5 in the rest of a list.
SIZES = [2.0**-40, 2.0**-20, 0.0625, 0.25, 0.5, 0.75, 1, 1.25, 1.75, 2.5, 2.984375, 3.015625, 3.25, 4.5, 5.96875, 6, 6.25, 9, 14, 20.5, 30, 60, 85]
INPUTS = [-size for size in reversed(SIZES)] + [0.0] + SIZES


def of(name, dtype):
    x = torch.tensor(INPUTS, dtype=dtype, requires_grad=True)
    y = ACTIVATIONS[name](x)
    y.sum().backward()
    return {"values": y.tolist(), "derivatives": x.grad.tolist()}


def line(numbers):
    return json.dumps(numbers)


folder = pathlib.Path(__file__).parent
parts = []
for name in NAMES:
    rows = []
    for precision, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        found = of(name, dtype)
        rows.append(f'    "{precision}": {{\n      "values": {line(found["values"])},\n      "derivatives": {line(found["derivatives"])}\n    }}')
    parts.append(f'  "{name}": {{\n' + ",\n".join(rows) + "\n  }")
text = f'{{\n  "torch": "{torch.__version__}",\n  "inputs": {line(INPUTS)},\n' + ",\n".join(parts) + "\n}\n"
(folder / "activations.json").write_text(text)
