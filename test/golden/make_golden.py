"""Trains one problem in PyTorch and writes what it measured: make_golden.py FOLDER (see make_golden.mjs)."""

import json
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as functional

from torch_network import Network, optimizer_of

torch.set_num_threads(1)


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
        if self.description["loss"] == "cross-entropy":
            return functional.cross_entropy(outputs, self.labels[samples])
        return functional.mse_loss(outputs, self.targets[samples])


def spread(count, sampled):
    """So many positions, or all of them, spread evenly."""
    sampled = min(sampled, count)
    return [index * count // sampled for index in range(sampled)]


def statistics(slices, sampled):
    """Norm and sum of each iteration's tensor, and elements spread evenly over all of them."""
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
        if "clipNorm" in description:
            torch.nn.utils.clip_grad_norm_(network.leaves(), description["clipNorm"])
        optimizer.step()
    running = {name: statistics(tensors, description["sampled"]) for name, tensors in network.held().items()}
    return {"losses": losses, "running": running}, gradients, description


def together(norms):
    """The norm of tensors of these norms taken as one."""
    return math.hypot(*norms)


def main():
    folder = pathlib.Path(sys.argv[1])
    float64, exact, description = train(folder, torch.float64)
    float32, rounded, _ = train(folder, torch.float32)
    errors = {name: (rounded[name].double() - exact[name]).norm().item() for name in exact}
    answer = {
        "torch": torch.__version__,
        "gradients": {name: statistics(gradient, description["sampled"]) for name, gradient in exact.items()},
        "float32GradientErrors": errors,
        "float32GradientError": together(errors.values()) / together(one.norm().item() for one in exact.values()),
        "float64": float64,
        "float32": float32,
    }
    (folder / "answer.json").write_text(json.dumps(answer))


main()
