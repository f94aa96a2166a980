"""
Writes test/golden/scores.json: scores of made-up predictions, by the formulas of scikit-learn written with numpy.
If scikit-learn is installed, the script checks its own formulas against scikit-learn.

    python3 test/golden/make_scores.py
"""
import json
from pathlib import Path

import numpy as np

random = np.random.default_rng(7)


def values_case():
    """Targets in very different units: a mean of 1e9 with a deviation of 1, prices, an outlier, a constant."""
    count = 60
    prices = np.exp(random.normal(12, 0.5, count))
    far = random.normal(1e9, 1, count)
    outlier = random.normal(0, 1, count)
    outlier[0] = 1e6
    targets = np.stack([prices, far, outlier, np.full(count, 3.5)], axis=1)
    noise = random.normal(0, 1, targets.shape) * np.array([5e4, 0.3, 2.0, 0.1])
    outputs = targets + noise
    difference = targets - outputs
    squares = (difference**2).sum(axis=0)
    variation = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    answer = {
        'r2': [1 - s / v if v > 0 else None for s, v in zip(squares, variation)],
        'rmse': np.sqrt(squares / count).tolist(),
        'mae': np.abs(difference).mean(axis=0).tolist(),
    }
    return {'targets': targets.tolist(), 'outputs': outputs.tolist(), **answer}


def classes_case(classes, count, shares):
    labels = random.choice(classes, size=count, p=shares)
    outputs = random.normal(0, 1, (count, classes))
    outputs[np.arange(count), labels] += 1.5
    outputs = outputs.round(3)
    answers = outputs.argmax(axis=1)
    confusion = np.zeros((classes, classes), dtype=int)
    np.add.at(confusion, (labels, answers), 1)
    samples = confusion.sum(axis=1)
    recall = [confusion[k, k] / samples[k] if samples[k] > 0 else None for k in range(classes)]
    order = np.argsort(-outputs, axis=1, kind='stable')[:, :5]
    return {
        'labels': labels.tolist(),
        'outputs': outputs.tolist(),
        'accuracy': float((labels == answers).mean()),
        'balancedAccuracy': float(np.mean([value for value in recall if value is not None])),
        'topFiveAccuracy': float((order == labels[:, None]).any(axis=1).mean()) if classes > 10 else None,
        'recall': recall,
        'confusion': confusion.tolist(),
    }


def check(values, cases):
    """Compares the formulas above with scikit-learn, and returns the version of scikit-learn."""
    try:
        import sklearn
        from sklearn import metrics
    except ImportError:
        return None
    targets, outputs = np.array(values['targets']), np.array(values['outputs'])
    varying = [k for k, r2 in enumerate(values['r2']) if r2 is not None]
    raw = {'multioutput': 'raw_values'}
    np.testing.assert_allclose(
        metrics.r2_score(targets[:, varying], outputs[:, varying], **raw), [values['r2'][k] for k in varying], rtol=1e-13
    )
    squares = metrics.mean_squared_error(targets, outputs, **raw)
    np.testing.assert_allclose(np.sqrt(squares), values['rmse'], rtol=1e-13)
    np.testing.assert_allclose(metrics.mean_absolute_error(targets, outputs, **raw), values['mae'], rtol=1e-13)
    for case in cases:
        labels, outputs = np.array(case['labels']), np.array(case['outputs'])
        answers = outputs.argmax(axis=1)
        names = list(range(outputs.shape[1]))
        assert metrics.accuracy_score(labels, answers) == case['accuracy']
        assert (metrics.confusion_matrix(labels, answers, labels=names) == case['confusion']).all()
        np.testing.assert_allclose(metrics.balanced_accuracy_score(labels, answers), case['balancedAccuracy'], rtol=1e-13)
        if case['topFiveAccuracy'] is not None:
            five = metrics.top_k_accuracy_score(labels, outputs, k=5, labels=names)
            np.testing.assert_allclose(five, case['topFiveAccuracy'], rtol=1e-13)
    return sklearn.__version__


values = values_case()
cases = [
    classes_case(2, 80, [0.95, 0.05]),
    classes_case(12, 90, np.r_[np.full(11, 1 / 11), 0]),
    classes_case(60, 150, np.full(60, 1 / 60)),
]
scikit = check(values, cases)
golden = {'numpy': np.__version__, 'scikitLearn': scikit, 'values': values, 'classes': cases}
text = json.dumps(golden)
Path(__file__).with_name('scores.json').write_text(text + '\n')
print(f'checked against scikit-learn {scikit}' if scikit else 'scikit-learn is not installed, so nothing was checked')
