/**
 * The PyTorch side of the bench, as a Python program in a string. The program is a string, because the build then
 * includes the program, and the bench can pass the string to `python3 -c`.
 */
export const pytorchProgram = String.raw`"""Answers each JSON request, one line on stdin, with one JSON line on stdout.

A training step is written as a user would write it: zero_grad, forward, cross-entropy, backward, SGD with momentum 0.9.
Both programs initialize weights by the same rules. With PyTorch's default rule, the gradients of 1000 dense layers would
vanish into denormal numbers.
"""

import ctypes
import json
import os
import re
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def mapped_libraries():
    """The paths of all files that this process has loaded, with links resolved."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "/" in line}
    return sorted({os.path.realpath(path) for path in paths if os.path.exists(path)})


def find_blas():
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    libraries = mapped_libraries()
    for kind, pattern in [("OpenBLAS", r"libopenblas"), ("MKL", r"libmkl"), ("BLIS", r"libblis"), ("ATLAS", r"atlas")]:
        for path in libraries:
            if re.search(pattern, path):
                return kind, path
    for path in libraries:
        if re.search(r"libblas\.so", path):
            return "reference", path
    built_with = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return (built_with.group(1).upper() if built_with else "unknown"), "(linked statically)"


def mlp(classes, depth, width):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), nn.Tanh()]
    model = nn.Sequential(*layers, nn.Linear(width, classes))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model, (width,)


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


class Block(nn.Module):
    """Two convolutions. A shortcut that changes size takes every second position and adds channels of zeros."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.added = outputs - inputs
        self.conv1 = conv(inputs, outputs, 2 if self.added else 1)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = conv(outputs, outputs)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        if self.added:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.added))
        y += x
        return F.relu(y, inplace=True)


def resnet(classes, depth, channels, height, width):
    layers = [conv(channels, 16), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    before = 16
    for outputs in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            layers.append(Block(before, outputs))
            before = outputs
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model, (channels, height, width)


NETWORKS = {"mlp": mlp, "resnet": resnet}
FORMATS = {None: torch.contiguous_format, "NCHW": torch.contiguous_format, "channels_last": torch.channels_last}


def create_step(network, layout, batch, classes, rate, weight_decay):
    """A training step on random samples, and the number of trained parameters."""
    options = dict(network)
    model, shape = NETWORKS[options.pop("kind")](classes, **options)
    model = model.to(memory_format=FORMATS[layout])
    x = torch.randn(batch, *shape).contiguous(memory_format=FORMATS[layout])
    labels = torch.randint(classes, (batch,))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=weight_decay)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return step, sum(parameter.numel() for parameter in model.parameters())


class Peer:
    def __init__(self):
        self.blas, self.blas_path = find_blas()
        self.steps = {}

    def describe(self):
        facts = {"version": torch.__version__, "blas": self.blas, "library": self.blas_path}
        # oneDNN computes the convolutions of PyTorch.
        found = re.search(r"MKL-DNN v([0-9.]+)", torch.__config__.show())
        return {**facts, "convolutions": f"oneDNN {found.group(1)}"} if found else facts

    def set_threads(self, threads):
        torch.set_num_threads(threads)
        if self.blas == "OpenBLAS":
            # The pthread variant of OpenBLAS ignores the number of OpenMP threads.
            ctypes.CDLL(self.blas_path).openblas_set_num_threads(threads)

    def prepare(self, network, layouts, batch, classes, rate, weightDecay):
        self.steps.clear()
        for layout in layouts:
            self.steps[layout], parameters = create_step(network, layout, batch, classes, rate, weightDecay)
        return {"parameters": parameters}

    def time(self, threads, layout, warmup, steps, alone):
        self.set_threads(threads)
        step = self.steps[layout]
        for _ in range(warmup):
            step()
        clock = time.process_time if alone else time.perf_counter
        times = []
        for _ in range(steps):
            start = clock()
            step()
            times.append(1e3 * (clock() - start))
        return {"times": times}


def main():
    torch.manual_seed(1)
    peer = Peer()
    commands = {"describe": peer.describe, "prepare": peer.prepare, "time": peer.time}
    for line in sys.stdin:
        request = json.loads(line)
        answer = commands[request.pop("command")](**request)
        print(json.dumps(answer or {}), flush=True)


main()
`
