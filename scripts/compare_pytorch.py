"""The PyTorch side of compare-pytorch.mjs. `compare_pytorch.py FOLDER` trains the network in the folder on batches from
standard input, and writes a line of JSON for each step and each evaluation. `compare_pytorch.py --check` only imports the
needed packages."""

import json
import pathlib
import sys
import time

import numpy
import torch
import torch.nn.functional as functional

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "test" / "golden"))

from torch_network import Network, optimizer_of  # noqa: E402

EVALUATED_TOGETHER = 256


class Samples:
    """Samples as bytes or float32 numbers, which are standardized when they are read."""

    def __init__(self, folder, about, scale, shape):
        values = numpy.fromfile(folder / about["inputs"], dtype=about["type"])
        self.inputs = torch.from_numpy(values).reshape(-1, *shape)
        self.labels = torch.from_numpy(numpy.fromfile(folder / about["labels"], dtype="int32")).long()
        spread = [torch.tensor(scale[key], dtype=torch.float64).reshape(-1, *[1] * (len(shape) - 1)) for key in ("mean", "deviation")]
        # Mean and deviation are one number for each channel, or one number for each value.
        self.mean, self.deviation = (one if len(one) == shape[0] else one.reshape(shape) for one in spread)

    def at(self, rows):
        return ((self.inputs[rows].double() - self.mean) / self.deviation).float(), self.labels[rows]


def scores(network, samples, rows, laid_out):
    """Mean loss and fraction of misclassified samples, in evaluation mode."""
    network.training = False
    loss, wrong = 0.0, 0
    with torch.no_grad():
        for chunk in torch.as_tensor(rows).split(EVALUATED_TOGETHER):
            x, labels = samples.at(chunk)
            outputs = network.forward(laid_out(x)).double()
            loss += functional.cross_entropy(outputs, labels, reduction="sum").item()
            wrong += (outputs.argmax(1) != labels).sum().item()
    network.training = True
    return {"loss": loss / len(rows), "error": wrong / len(rows)}


def report(**facts):
    print(json.dumps(facts), flush=True)


def main():
    if sys.argv[1] == "--check":
        return
    folder = pathlib.Path(sys.argv[1])
    problem = json.loads((folder / "problem.json").read_text())
    torch.set_num_threads(problem["threads"])
    shape, batch, rates = problem["input"], problem["batch"], problem["rates"]
    layout = getattr(torch, problem["layout"])
    network = Network(problem, folder, torch.float32, layout)
    optimizer = optimizer_of(problem["rule"], rates[0], network.leaves())
    train, test = (Samples(folder, problem[name], problem["scale"], shape) for name in ("train", "test"))
    features = int(numpy.prod(shape))
    seconds = 0.0

    def laid_out(x):
        return x.contiguous(memory_format=layout) if x.dim() == 4 else x

    def evaluate(step, rows):
        of_test = scores(network, test, range(len(test.labels)), laid_out)
        report(step=step, train=scores(network, train, rows, laid_out), test=of_test)

    for step, rate in enumerate(rates):
        if step > 0 and step % problem["evaluateEvery"] == 0:
            evaluate(step, problem["evaluated"])
        data = sys.stdin.buffer.read(batch * (features + 1) * 4)
        x = torch.from_numpy(numpy.frombuffer(data, dtype="float32", count=batch * features).copy())
        labels = torch.from_numpy(numpy.frombuffer(data, dtype="int32", offset=4 * batch * features).copy()).long()
        started = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network.forward(laid_out(x.reshape(batch, *shape))), labels)
        loss.backward()
        optimizer.step()
        seconds += time.perf_counter() - started
        report(step=step, loss=loss.item())
    evaluate(len(rates), range(len(train.labels)))
    report(seconds=seconds, torch=torch.__version__)


main()
