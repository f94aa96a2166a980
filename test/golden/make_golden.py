"""Trains one problem in PyTorch and writes what it measured: make_mlp.py FOLDER (see make_mlp.mjs).

The network is read as the tree of layers that it is; every formula is PyTorch's own.
"""

import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as functional

torch.set_num_threads(1)

SAMPLED = 50

ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "silu": functional.silu,
}


class Problem:
    def __init__(self, folder, dtype):
        self.folder = folder
        self.dtype = dtype
        self.description = json.loads((folder / "problem.json").read_text())
        self.x = self.read("x.f32", "float32").reshape(-1, self.description["input"]).to(dtype)
        self.labels = self.read("labels.i32", "int32").long()
        self.targets = self.read("targets.f32", "float32").reshape(-1, self.description["outputs"]).to(dtype)
        self.tensors = {}
        for parameter in self.description["parameters"]:
            tensor = self.read(parameter["file"], "float64").reshape(parameter["shape"]).to(dtype)
            self.tensors[parameter["name"]] = tensor.requires_grad_(parameter["trainable"])

    def read(self, name, dtype):
        return torch.from_numpy(numpy.fromfile(self.folder / name, dtype=dtype))

    def trained(self):
        return {name: tensor for name, tensor in self.tensors.items() if tensor.requires_grad}

    def of(self, layer, role, indices):
        """The layer's parameter of this role, in this iteration of the loops around it."""
        for parameter in layer["parameters"]:
            if parameter["role"] == role:
                return self.tensors[parameter["name"]][tuple(indices)]
        return None

    def forward(self, node, x, indices=()):
        layer = node["layer"]
        kind = layer["kind"]
        children = node["children"]
        if kind == "chain":
            for child in children:
                x = self.forward(child, x, indices)
            return x
        if kind == "repeat":
            for index in range(layer["times"]):
                x = self.forward(children[0], x, (*indices, index))
            return x
        if kind == "residual":
            skipped = self.forward(children[1], x, indices) if len(children) > 1 else x
            multiplier = layer["multiplier"]
            if isinstance(multiplier, list):
                multiplier = multiplier[indices[-1]]
            return skipped + multiplier * self.forward(children[0], x, indices)
        if kind == "dense":
            return functional.linear(x, self.of(node, "weight", indices), self.of(node, "bias", indices))
        if kind == "activation":
            return ACTIVATIONS[layer["function"]](x)
        scale, shift = self.of(node, "scale", indices), self.of(node, "shift", indices)
        if kind == "layerNorm":
            return functional.layer_norm(x, x.shape[1:], scale, shift, layer["epsilon"])
        if kind == "batchNorm":
            mean, variance = self.of(node, "runningMean", indices), self.of(node, "runningVariance", indices)
            return functional.batch_norm(x, mean, variance, scale, shift, True, layer["momentum"], layer["epsilon"])
        raise ValueError(f"no layer {kind}")

    def loss(self, samples):
        outputs = self.forward(self.description["root"], self.x[samples])
        if self.description["loss"] == "cross-entropy":
            return functional.cross_entropy(outputs, self.labels[samples])
        return functional.mse_loss(outputs, self.targets[samples])

    def optimizer(self):
        rule = self.description["optimizer"]
        common = {"lr": self.description["rate"], "weight_decay": rule["weightDecay"]}
        if rule["kind"] == "adam":
            kind = torch.optim.AdamW if rule["decoupled"] else torch.optim.Adam
            betas = (rule["firstDecay"], rule["secondDecay"])
            return kind(self.trained().values(), betas=betas, eps=rule["epsilon"], **common)
        momentum = rule.get("momentum", 0)
        return torch.optim.SGD(self.trained().values(), momentum=momentum, nesterov=rule.get("nesterov", False), **common)


def statistics(tensor, loops):
    """Norm and sum of each iteration's tensor, and elements spread evenly over all of them."""
    count = 1
    for times in loops:
        count *= times
    flat = tensor.detach().double().reshape(-1)
    slices = flat.reshape(count, -1)
    sampled = min(SAMPLED, flat.numel())
    positions = [index * flat.numel() // sampled for index in range(sampled)]
    return {"norms": slices.norm(dim=1).tolist(), "sums": slices.sum(dim=1).tolist(), "sampled": flat[positions].tolist()}


def train(folder, dtype):
    problem = Problem(folder, dtype)
    description = problem.description
    optimizer = problem.optimizer()
    loops = {parameter["name"]: parameter["loops"] for parameter in description["parameters"]}
    losses = []
    gradients = {}
    for step, samples in enumerate(description["batches"]):
        optimizer.zero_grad()
        loss = problem.loss(samples)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {name: tensor.grad.clone() for name, tensor in problem.trained().items()}
        if "clipNorm" in description:
            torch.nn.utils.clip_grad_norm_(problem.trained().values(), description["clipNorm"])
        optimizer.step()
    running = {name: tensor for name, tensor in problem.tensors.items() if not tensor.requires_grad}
    measured = {
        "losses": losses,
        "running": {name: statistics(tensor, loops[name]) for name, tensor in running.items()},
    }
    return measured, gradients, loops


def main():
    folder = pathlib.Path(sys.argv[1])
    float64, gradients, loops = train(folder, torch.float64)
    float32, rounded, _ = train(folder, torch.float32)
    error = sum(((rounded[name].double() - gradients[name]) ** 2).sum() for name in gradients)
    norm = sum((gradients[name] ** 2).sum() for name in gradients)
    answer = {
        "torch": torch.__version__,
        "gradients": {name: statistics(gradient, loops[name]) for name, gradient in gradients.items()},
        "float32GradientError": (error / norm).sqrt().item(),
        "float64": float64,
        "float32": float32,
    }
    (folder / "answer.json").write_text(json.dumps(answer))


main()
