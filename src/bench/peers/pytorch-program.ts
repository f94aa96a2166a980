/**
 * PyTorch's side of the bench, as Python. It is text, so that it comes with the package wherever that is installed: the
 * bench gives it to `python3 -c`.
 */
export const pytorchProgram = String.raw`"""Answers one JSON request a line on stdin with one JSON line on stdout.

A step is what a user would write: zero_grad, forward, cross-entropy, backward, SGD with momentum 0.9. Weights start by
Glorot's rule on both sides: with PyTorch's default the gradients of 1000 layers vanish into denormal numbers.
"""

import ctypes
import json
import os
import re
import sys
import time

import torch
import torch.nn as nn


def mapped_libraries():
    """What this process has really loaded, links resolved."""
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


class Peer:
    def __init__(self):
        self.blas, self.blas_path = find_blas()
        self.step = None

    def describe(self):
        return {"version": torch.__version__, "blas": self.blas, "library": self.blas_path}

    def set_threads(self, threads):
        torch.set_num_threads(threads)
        if self.blas == "OpenBLAS":
            # The pthread flavour doesn't listen to OpenMP's number.
            ctypes.CDLL(self.blas_path).openblas_set_num_threads(threads)

    def prepare(self, depth, width, batch, classes, rate):
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.Tanh()]
        model = nn.Sequential(*layers, nn.Linear(width, classes))
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        x = torch.randn(batch, width)
        labels = torch.randint(classes, (batch,))
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)

        def step():
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x), labels).backward()
            optimizer.step()

        self.step = step

    def time(self, threads, warmup, steps, alone):
        self.set_threads(threads)
        step = self.step
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
