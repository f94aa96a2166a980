/** Sample diagnoses with other outcomes, for tests of reports. */
import { type DiagnosisData, NETWORK, TWIN } from '../../src/report/diagnosis-data.ts'
import { collapsed, trial } from './diagnosis-sample.ts'

/** Diagnosis of a residual network that trains as well as its twin. */
export function healthy(): DiagnosisData {
  const sample = collapsed()
  return {
    ...sample,
    command: 'isobath diagnose residual-mlp:depth=60 --data glyphs',
    network: 'residual-mlp:depth=60',
    title: { start: 'Healthy', inside: 'healthy' },
    answer: [
      'residual-mlp:depth=60 is not worse than its shallow twin: 3.4% of the training set against 3.2%.',
      'Signal, gradients and correlation stay within the limits of trainable networks.',
      'Nothing needs a cure.',
    ],
    findings: [
      {
        cause: 'healthy',
        title: 'Healthy',
        score: 1,
        sentence: 'No cause was found.',
        evidence: [],
        papers: [],
        cures: [],
      },
    ],
    trials: [NETWORK, TWIN].flatMap((control) => [1, 2, 3].map((seed) => trial(control, seed, 0.08))),
    picture: 'losses',
  }
}

/** Diagnosis with one seed, predicted values, and controls that did not fit into the budget. */
export function undecided(): DiagnosisData {
  return {
    ...collapsed([1]),
    dataset: { name: 'waves', train: 4000, test: 1000, asks: '1 value', names: { areValues: true }, classes: null },
    title: { start: 'Undecided', inside: 'undecided' },
    answer: [
      'The training loss is worse than the twin’s.',
      'Two causes fit.',
      'Three more trainings would decide the question.',
    ],
    findings: [],
    ruledOut: [],
    open: [
      {
        cause: 'unstable-step',
        title: 'Unstable step',
        wouldDecide: 'rate / 3 and rate / 10, 3 seeds each',
        seconds: 75,
      },
      { cause: 'under-capacity', title: 'Too little capacity', wouldDecide: '4 x width', seconds: null },
    ],
    trials: [trial(NETWORK, 1, 0.9), trial(TWIN, 1, 0.2), trial('rate / 3', 1, 2, { diverged: true })],
    maps: [],
    picture: 'losses',
  }
}

/** Diagnosis that was stopped before the first measurement. */
export function interrupted(): DiagnosisData {
  return {
    ...collapsed(),
    interrupted: true,
    seconds: 0.4,
    title: { start: 'Undecided', inside: 'undecided' },
    answer: ['The diagnosis was stopped before the first training.'],
    findings: [],
    ruledOut: [],
    trials: [],
    stages: [],
    maps: [],
    profiles: [],
    picture: 'losses',
  }
}

const nasty = '<script>alert("1")</script> & \u001b[31m</style>'

/** Returns the data with every text replaced, except the texts that the report compares. */
export function hostile(data: DiagnosisData): DiagnosisData {
  const isKept = (value: string) => ['network', 'shallow twin', 'log', 'linear', 'cosine', 'losses'].includes(value)
  return JSON.parse(JSON.stringify(data, (_, value) => (typeof value === 'string' && !isKept(value) ? nasty : value)))
}
