"""Writes starts.json: the moments of initial weights and biases that PyTorch draws, and Keras' formulas for variances.

    /usr/bin/python3 test/golden/make_starts.py

The file has no single draw, because PyTorch's random numbers differ from Isobath's. Each entry has the number of values
drawn, their mean, their variance, their fourth moment divided by the squared variance, and the largest absolute value.
"""
import json
import math
import os
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)

# Each layer as Isobath and PyTorch build it: inputs, outputs, side of the kernel (None for a dense layer).
sizes = [
    {"inputs": 784, "outputs": 64, "kernel": None},
    {"inputs": 64, "outputs": 200, "kernel": None},
    {"inputs": 40, "outputs": 60, "kernel": 3},
    {"inputs": 3, "outputs": 64, "kernel": 7},
]


def layer_of(size):
    if size["kernel"] is None:
        return nn.Linear(size["inputs"], size["outputs"])
    return nn.Conv2d(size["inputs"], size["outputs"], size["kernel"])


def moments(values):
    values = torch.cat([one.flatten() for one in values])
    mean = values.mean()
    centered = values - mean
    variance = (centered**2).mean()
    return {
        "count": values.numel(),
        "mean": mean.item(),
        "variance": variance.item(),
        "kurtosis": ((centered**4).mean() / variance**2).item(),
        "largest": values.abs().max().item(),
    }


def drawn(size, change=lambda weight: None, draws=30):
    weights, biases = [], []
    for _ in range(draws):
        layer = layer_of(size)
        change(layer.weight.data)
        weights.append(layer.weight.data.clone())
        biases.append(layer.bias.data.clone())
    return weights, biases


def truncated(scale, mode):
    """Keras' truncated gaussian: the deviation before the cut is divided by the deviation of a standard normal in -2..2."""

    def change(weight):
        fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(weight)
        n = {"fanIn": fan_in, "fanOut": fan_out, "fanAverage": (fan_in + fan_out) / 2}[mode]
        deviation = math.sqrt(scale / n) / 0.87962566103423978
        nn.init.trunc_normal_(weight, 0, deviation, -2 * deviation, 2 * deviation)

    return change


entries = []
for size in sizes:
    positions = (size["kernel"] or 1) ** 2
    fan_in, fan_out = size["inputs"] * positions, size["outputs"] * positions
    weights, biases = drawn(size)
    torch_default = {"weights": moments(weights), "biases": moments(biases)}
    scaled = {
        "fanIn normal": moments(drawn(size, lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"))[0]),
        "fanOut normal": moments(
            drawn(size, lambda w: nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="linear"))[0]
        ),
        "fanIn uniform": moments(drawn(size, lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"))[0]),
        "fanAverage uniform": moments(drawn(size, nn.init.xavier_uniform_)[0]),
        "fanAverage normal": moments(drawn(size, nn.init.xavier_normal_)[0]),
        "fanIn truncated": moments(drawn(size, truncated(1, "fanIn"))[0]),
        "fanOut truncated": moments(drawn(size, truncated(1, "fanOut"))[0]),
    }
    # The formulas of Keras' initializers: https://keras.io/api/layers/initializers/
    keras = {
        "GlorotUniform": 2 / (fan_in + fan_out),
        "HeNormal": 2 / fan_in,
        "LecunNormal": 1 / fan_in,
        "VarianceScaling, 3, fan_out": 3 / fan_out,
    }
    plain = {"uniform": moments(drawn(size, lambda w: nn.init.uniform_(w, -1, 1))[0])}
    entries.append({**size, "fanIn": fan_in, "fanOut": fan_out, "torch": torch_default, "scaled": scaled, "plain": plain, "keras": keras})

place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "starts.json")
with open(place, "w") as file:
    short = json.loads(json.dumps(entries), parse_float=lambda text: float(f"{float(text):.8g}"))
    json.dump({"torch": torch.__version__, "layers": short}, file, indent=1)
    file.write("\n")
