"""Trains one problem in PyTorch and writes the measurements. Usage: make_golden.py FOLDER (see make_golden.mjs)."""

import json
import math
import pathlib
import statistics
import sys

import numpy
import torch
import torch.nn.functional as functional

from torch_network import Network, optimizer_of

torch.set_num_threads(1)


ELEMENT_LOSSES = {
    "binary-cross-entropy": lambda y, t, reduction, delta: functional.binary_cross_entropy_with_logits(y, t, reduction=reduction),
    "squared-error": lambda y, t, reduction, delta: functional.mse_loss(y, t, reduction=reduction),
    "absolute-error": lambda y, t, reduction, delta: functional.l1_loss(y, t, reduction=reduction),
    "huber": lambda y, t, reduction, delta: functional.huber_loss(y, t, reduction=reduction, delta=delta),
}


class Problem:
    def __init__(self, folder, dtype):
        self.folder = folder
        self.description = json.loads((folder / "problem.json").read_text())
        self.network = Network(self.description, folder, dtype)
        self.x = self.read("x.f32", "float32").reshape(-1, *self.description["input"]).to(dtype)
        self.labels = self.read("labels.i32", "int32").long()
        self.targets = self.read("targets.f32", "float32").reshape(-1, self.description["outputs"]).to(dtype)

    def read(self, name, dtype):
        return torch.from_numpy(numpy.fromfile(self.folder / name, dtype=dtype))

    def loss(self, samples):
        outputs = self.network.forward(self.x[samples])
        labels = self.labels[samples]
        weights = self.description.get("classWeights")
        weights = None if weights is None else torch.tensor(weights, dtype=outputs.dtype)
        name = self.description["loss"]
        if name == "cross-entropy":
            return functional.cross_entropy(outputs, labels, weight=weights)
        delta = self.description.get("huberDelta", 1)
        if weights is None:
            return ELEMENT_LOSSES[name](outputs, self.targets[samples], "mean", delta)
        targets = functional.one_hot(labels, outputs.shape[1]).to(outputs.dtype)
        losses = ELEMENT_LOSSES[name](outputs, targets, "none", delta).mean(1)
        return (weights[labels] * losses).sum() / weights[labels].sum()


def spread(count, sampled):
    """Returns `sampled` positions spread evenly over `count` positions, or all positions if `count` is smaller."""
    sampled = min(sampled, count)
    return [index * count // sampled for index in range(sampled)]


def summary(slices, sampled):
    """Returns the norm and the sum of each iteration's tensor, and elements spread evenly over all iterations."""
    slices = torch.stack([one.detach().double().reshape(-1) for one in slices])
    flat = slices.reshape(-1)
    return {
        "norms": slices.norm(dim=1).tolist(),
        "sums": slices.sum(dim=1).tolist(),
        "sampled": flat[spread(flat.numel(), sampled)].tolist(),
    }


def train(folder, dtype):
    problem = Problem(folder, dtype)
    description = problem.description
    network = problem.network
    steps = description["float64Steps"] if dtype == torch.float64 else description["steps"]
    optimizer = optimizer_of(description["optimizer"], description["rate"], network.leaves())
    losses = []
    gradients = {}
    for step, samples in enumerate(description["batches"][:steps]):
        optimizer.zero_grad()
        loss = problem.loss(samples)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = network.gradients()
        if "clipValue" in description:
            torch.nn.utils.clip_grad_value_(network.leaves(), description["clipValue"])
        if "clipNorm" in description:
            torch.nn.utils.clip_grad_norm_(network.leaves(), description["clipNorm"])
        optimizer.step()
    running = {name: summary(tensors, description["sampled"]) for name, tensors in network.held().items()}
    return {"losses": losses, "running": running}, gradients, description


def gradients_of(folder, dtype, samples):
    """Returns the gradients of a batch at the initial weights."""
    problem = Problem(folder, dtype)
    problem.loss(samples).backward()
    return problem.network.gradients()


def together(tensors):
    """Returns the norm of all tensors, taken as one vector."""
    return math.hypot(*[tensor.double().norm().item() for tensor in tensors])


def rounding(folder, batches):
    """Measures the float32 error of gradients.

    Returns the relative error of each batch, and the norm of each tensor's error as the median over the batches.
    """
    errors, relative = [], []
    for samples in batches:
        exact, rounded = (gradients_of(folder, dtype, samples) for dtype in (torch.float64, torch.float32))
        differences = {name: rounded[name].double() - exact[name] for name in exact}
        errors.append({name: together([difference]) for name, difference in differences.items()})
        relative.append(together(differences.values()) / together(exact.values()))
    medians = {name: statistics.median(one[name] for one in errors) for name in errors[0]}
    return relative, {name: float(f"{error:.3g}") for name, error in medians.items()}


def main():
    folder = pathlib.Path(sys.argv[1])
    float64, exact, description = train(folder, torch.float64)
    float32, _, _ = train(folder, torch.float32)
    relative, of_tensors = rounding(folder, description["errorBatches"])
    answer = {
        "torch": torch.__version__,
        "gradients": {name: summary(gradient, description["sampled"]) for name, gradient in exact.items()},
        "float32GradientErrors": relative,
        "float32TensorErrors": of_tensors,
        "float64": float64,
        "float32": float32,
    }
    (folder / "answer.json").write_text(json.dumps(answer))


main()
