"""Rewrites scales.json: the scales of small sets of numbers, by NumPy.

    /usr/bin/python3 test/golden/make_scales.py

The robust scale follows scikit-learn's RobustScaler with its defaults: the median and numpy.nanpercentile 75 - 25.
Where that range is 0, Isobath divides by the standard deviation, and scikit-learn by 1.
"""
import json
import os

import numpy

random = numpy.random.RandomState(7)
rows = 26
columns = numpy.stack(
    [
        random.standard_normal(rows),
        numpy.exp(3 * random.standard_normal(rows)),
        # An outlier of about 5 deviations, the most that 26 rows allow.
        numpy.where(numpy.arange(rows) == 3, 1e4, random.standard_normal(rows)),
        # More than half of the values are equal, so the interquartile range is 0.
        numpy.where(numpy.arange(rows) % 5 == 0, random.standard_normal(rows), 2.5),
        numpy.full(rows, -4.0),
    ],
    axis=1,
)
pixels = random.randint(0, 256, (7, 2, 3)).astype(numpy.uint8)


def scales(values):
    """Returns both scales of each row of values."""
    mean, deviation = values.mean(axis=1), values.std(axis=1)
    first, median, third = numpy.quantile(values, [0.25, 0.5, 0.75], axis=1)
    deviation = numpy.where(deviation == 0, 1, deviation)
    spread = numpy.where(third - first == 0, deviation, third - first)
    return {
        "meanAndDeviation": {"mean": mean.tolist(), "deviation": deviation.tolist()},
        "medianAndRange": {"mean": median.tolist(), "deviation": spread.tolist()},
    }


# Channels of pixels are measured over all images.
channels = pixels.transpose(1, 0, 2).reshape(2, -1).astype(float)
answer = {
    "columns": {"rows": columns.tolist(), **scales(columns.T)},
    "pixels": {"bytes": pixels.reshape(-1).tolist(), "shape": [2, 1, 3], **scales(channels)},
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scales.json")
with open(path, "w") as file:
    json.dump(answer, file)
    file.write("\n")
