"""Runs a network in PyTorch, from the tree of layers that `show blueprint --json` prints.

Every formula is PyTorch's own.

Parameters lie in files of float64 numbers. A repeated layer's file holds one iteration's parameters after the other. In
PyTorch, each iteration has separate tensors, as in a network written for PyTorch.
"""

import math

import numpy
import torch
import torch.nn.functional as functional

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "relu6": functional.relu6,
    "elu": functional.elu,
    "tanh": torch.tanh,
    "softsign": functional.softsign,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "mish": functional.mish,
    "hardSwish": functional.hardswish,
    "selu": functional.selu,
    "erf": torch.erf,
}

RUNNING = ("runningMean", "runningVariance")


def beyond(kernel):
    """Returns the numbers of padding positions before the first position and after the last position."""
    return (kernel - 1) // 2, kernel - 1 - (kernel - 1) // 2


def pad(x, kernel, **how):
    before, after = beyond(kernel)
    return functional.pad(x, (before, after, before, after), **how)


def element(varying, indices):
    """Returns the number of the current iteration: `varying` itself, or its element for the innermost loop."""
    return varying[indices[-1]] if isinstance(varying, list) else varying


class Network:
    """A network in PyTorch.

    `description` has the blueprint's `root` and `parameters`. Each parameter names the `file` in `folder` that holds the
    values.
    """

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
        """Returns the trained parameters by name, each as the list of all iterations' tensors."""
        return {one["name"]: self.tensors[one["name"]] for one in self.parameters if one["trainable"]}

    def held(self):
        """Returns the untrained tensors by name: running statistics, and weights that are not trained."""
        return {one["name"]: self.tensors[one["name"]] for one in self.parameters if not one["trainable"]}

    def leaves(self):
        return [tensor for tensors in self.trained().values() for tensor in tensors]

    def gradients(self):
        return {name: torch.stack([one.grad for one in tensors]) for name, tensors in self.trained().items()}

    def of(self, node, role, indices):
        """Returns the parameter of the given role in the iteration `indices`, or None if the layer lacks the role."""
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

    def prelu(self, x, node, layer, indices):
        return functional.prelu(x, self.of(node, "slope", indices).reshape(-1))

    def softmax(self, x, node, layer, indices):
        return torch.softmax(x, 1)

    def layerNorm(self, x, node, layer, indices):
        scale, shift = self.of(node, "scale", indices), self.of(node, "shift", indices)
        return functional.layer_norm(x, x.shape[1:], scale, shift, layer["epsilon"])

    def batchNorm(self, x, node, layer, indices):
        mean, variance = (self.of(node, role, indices) for role in RUNNING)
        scale, shift = self.of(node, "scale", indices), self.of(node, "shift", indices)
        return functional.batch_norm(x, mean, variance, scale, shift, self.training, layer["momentum"], layer["epsilon"])

    def flatten(self, x, node, layer, indices):
        return x.flatten(1)


class Lion(torch.optim.Optimizer):
    """Lion (Chen et al. 2023, arXiv 2302.06675, algorithm 2), which PyTorch lacks."""

    def __init__(self, tensors, lr, betas, weight_decay):
        super().__init__(tensors, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for parameter in group["params"]:
                state = self.state[parameter]
                if not state:
                    state["mean"] = torch.zeros_like(parameter)
                mean, gradient = state["mean"], parameter.grad
                direction = torch.sign(first * mean + (1 - first) * gradient)
                parameter -= group["lr"] * (direction + group["weight_decay"] * parameter)
                state["mean"] = second * mean + (1 - second) * gradient


def optimizer_of(rule, rate, tensors):
    """Returns PyTorch's optimizer for an update rule of src/graph/optimizers/."""
    common = {"lr": rate, "weight_decay": rule["weightDecay"]}
    if rule["kind"] == "adagrad":
        initial = rule["initialAccumulator"]
        return torch.optim.Adagrad(tensors, initial_accumulator_value=initial, eps=rule["epsilon"], **common)
    if rule["kind"] in ("rmsprop", "rmspropMomentum"):
        own = {"alpha": rule["secondDecay"], "eps": rule["epsilon"], "momentum": rule.get("momentum", 0)}
        return torch.optim.RMSprop(tensors, **own, **common)
    if rule["kind"] == "lion":
        return Lion(tensors, betas=(rule["firstDecay"], rule["secondDecay"]), **common)
    if rule["kind"] == "adam":
        kind = torch.optim.AdamW if rule["decoupled"] else torch.optim.Adam
        betas = (rule["firstDecay"], rule["secondDecay"])
        return kind(tensors, betas=betas, eps=rule["epsilon"], **common)
    return torch.optim.SGD(tensors, momentum=rule.get("momentum", 0), nesterov=rule.get("nesterov", False), **common)
