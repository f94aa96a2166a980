"""A network's tree of layers, as `show blueprint --json` has it, in PyTorch. Every formula is PyTorch's own.

Parameters lie in files of float64 numbers, those of a repeated layer one iteration after the other. Here each iteration's
is a tensor of its own, as it would be in a network written for PyTorch.
"""

import math

import numpy
import torch
import torch.nn.functional as functional

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "selu": functional.selu,
    "erf": torch.erf,
}

RUNNING = ("runningMean", "runningVariance")


def beyond(kernel):
    """Positions beyond the border: before the first, after the last."""
    return (kernel - 1) // 2, kernel - 1 - (kernel - 1) // 2


def pad(x, kernel, **how):
    before, after = beyond(kernel)
    return functional.pad(x, (before, after, before, after), **how)


def element(varying, indices):
    """One number for all iterations, or one for each iteration of the innermost loop."""
    return varying[indices[-1]] if isinstance(varying, list) else varying


class Network:
    """`description`: the blueprint's `root`, and its `parameters`, each with the `file` in `folder` that holds its values."""

    def __init__(self, description, folder, dtype, memory_format=torch.contiguous_format):
        self.root = description["root"]
        self.parameters = description["parameters"]
        self.tensors = {}
        self.training = True
        for parameter in self.parameters:
            values = torch.from_numpy(numpy.fromfile(folder / parameter["file"], dtype="float64"))
            count = math.prod(parameter["loops"])
            shape = parameter["shape"][len(parameter["loops"]) :]
            tensors = list(values.to(dtype).reshape(count, *shape).unbind())
            if len(shape) == 4:
                tensors = [tensor.contiguous(memory_format=memory_format) for tensor in tensors]
            self.tensors[parameter["name"]] = [
                tensor.clone(memory_format=torch.preserve_format).requires_grad_(parameter["trainable"]) for tensor in tensors
            ]

    def trained(self):
        """Name and iterations' tensors of what is trained."""
        return {one["name"]: self.tensors[one["name"]] for one in self.parameters if one["trainable"]}

    def held(self):
        """Name and iterations' tensors of all else: running statistics, and weights that stay what they are."""
        return {one["name"]: self.tensors[one["name"]] for one in self.parameters if not one["trainable"]}

    def leaves(self):
        return [tensor for tensors in self.trained().values() for tensor in tensors]

    def gradients(self):
        return {name: torch.stack([one.grad for one in tensors]) for name, tensors in self.trained().items()}

    def of(self, node, role, indices):
        """The layer's parameter of this role, in this iteration of the loops around it; None where it has none."""
        for parameter in node["parameters"]:
            if parameter["role"] == role:
                position = 0
                for times, index in zip(parameter["loops"], indices):
                    position = position * times + index
                return self.tensors[parameter["name"]][position]
        return None

    def forward(self, x, node=None, indices=()):
        node = node or self.root
        layer = node["layer"]
        kind = layer["kind"]
        children = node["children"]
        if kind == "chain":
            for child in children:
                x = self.forward(x, child, indices)
            return x
        if kind == "repeat":
            for index in range(layer["times"]):
                x = self.forward(x, children[0], (*indices, index))
            return x
        if kind == "residual":
            skipped = self.forward(x, children[1], indices) if len(children) > 1 else x
            trained = self.of(node, "multiplier", indices)
            multiplier = element(layer["multiplier"], indices) if trained is None else trained
            return skipped + multiplier * self.forward(x, children[0], indices)
        return getattr(self, kind)(x, node, layer, indices)

    def dense(self, x, node, layer, indices):
        return functional.linear(x.flatten(1), self.of(node, "weight", indices), self.of(node, "bias", indices))

    def conv(self, x, node, layer, indices):
        weight, bias = self.of(node, "weight", indices), self.of(node, "bias", indices)
        before, after = beyond(layer["kernel"])
        padding = 0
        if layer["padding"] == "circular":
            x = pad(x, layer["kernel"], mode="circular")
        elif layer["padding"] == "zero" and before == after:
            padding = before
        elif layer["padding"] == "zero":
            x = pad(x, layer["kernel"])
        return functional.conv2d(x, weight, bias, stride=layer["stride"], padding=padding)

    def maxPool(self, x, node, layer, indices):
        if layer["padding"] == "same":
            x = pad(x, layer["kernel"], value=-math.inf)
        return functional.max_pool2d(x, layer["kernel"], layer["stride"])

    def averagePool(self, x, node, layer, indices):
        return functional.avg_pool2d(x, layer["kernel"], layer["stride"])

    def globalAveragePool(self, x, node, layer, indices):
        return x.mean((2, 3))

    def subsample(self, x, node, layer, indices):
        stride = layer["stride"]
        return functional.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, layer["channels"] - x.shape[1]))

    def scalarBias(self, x, node, layer, indices):
        return x + self.of(node, "bias", indices)

    def scale(self, x, node, layer, indices):
        return x * element(layer["factor"], indices)

    def activation(self, x, node, layer, indices):
        if layer["function"] == "leakyRelu":
            return functional.leaky_relu(x, layer["slope"])
        return ACTIVATIONS[layer["function"]](x)

    def layerNorm(self, x, node, layer, indices):
        scale, shift = self.of(node, "scale", indices), self.of(node, "shift", indices)
        return functional.layer_norm(x, x.shape[1:], scale, shift, layer["epsilon"])

    def batchNorm(self, x, node, layer, indices):
        mean, variance = (self.of(node, role, indices) for role in RUNNING)
        scale, shift = self.of(node, "scale", indices), self.of(node, "shift", indices)
        return functional.batch_norm(x, mean, variance, scale, shift, self.training, layer["momentum"], layer["epsilon"])

    def flatten(self, x, node, layer, indices):
        return x.flatten(1)


def optimizer_of(rule, rate, tensors):
    """The optimizer of a rule as src/graph/updates.ts has it."""
    common = {"lr": rate, "weight_decay": rule["weightDecay"]}
    if rule["kind"] == "adam":
        kind = torch.optim.AdamW if rule["decoupled"] else torch.optim.Adam
        betas = (rule["firstDecay"], rule["secondDecay"])
        return kind(tensors, betas=betas, eps=rule["epsilon"], **common)
    return torch.optim.SGD(tensors, momentum=rule.get("momentum", 0), nesterov=rule.get("nesterov", False), **common)
