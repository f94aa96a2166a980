/** Sample diagnoses for tests of reports, without randomness, so that texts can be compared with snapshots. */
import type { DiagnosisData, ReportedTrial } from '../../src/report/diagnosis-data.ts'
import { NETWORK, TWIN } from '../../src/report/diagnosis-data.ts'

const STEPS = [0, 1, 2, 5, 10, 20, 40, 80, 150, 250, 350, 450, 600]
const STAGES = ['first', ...Array.from({ length: 58 }, (_, index) => `hidden[${index}]`), 'output']

/** A training whose loss falls from the loss of guessing to `end`. A diverged training ends after 200 steps. */
export function trial(control: string, seed: number, end: number, more: Partial<ReportedTrial> = {}): ReportedTrial {
  const { diverged = false, steps = diverged ? 200 : 600 } = more
  const error = Math.min(0.9, end * 0.38 + 0.004) + seed / 1000
  const losses = Array.from({ length: Math.floor(steps / 10) + 1 }, (_, index) => ({
    step: index * 10,
    loss: end + (2.36 - end) * Math.exp(-index / 12) + 0.03 * Math.sin(index * 1.7 + seed),
  }))
  if (diverged) losses.push({ step: steps, loss: Number.NaN })
  return {
    control,
    seed,
    train: diverged ? { loss: null, error: null } : { loss: end + seed / 500, error },
    test: diverged ? { loss: null, error: null } : { loss: end * 1.1 + 0.05, error: error + 0.02 },
    diverged,
    steps,
    seconds: 2.4,
    losses,
    ...more,
  }
}

/** Cosine of different samples by layer. In a plain ReLU network, 1 - c falls like 9 pi² / (2 l²). */
function cosines(layers: number): number[] {
  return Array.from({ length: layers }, (_, layer) => 1 - 0.7 / (1 + layer / 3) ** 2)
}

/** Diagnosis of a plain ReLU network of 60 layers whose samples become alike, with its shallow twin and five controls. */
export function collapsed(seeds: readonly number[] = [1, 2, 3]): DiagnosisData {
  const each = (make: (seed: number) => ReportedTrial) => seeds.map(make)
  return {
    command: 'isobath diagnose mlp:depth=60 --data glyphs --budget 2m --seeds 3',
    version: '0.2.0',
    mode: 'float32, wasm',
    seconds: 94,
    budgetSeconds: 120,
    network: 'mlp:depth=60',
    layers: 60,
    dataset: {
      name: 'glyphs',
      train: 10_000,
      test: 2000,
      asks: '10 classes',
      names: { areValues: false },
      classes: 10,
    },
    steps: 600,
    batch: 128,
    optimizer: 'momentum, rate 0.03',
    seeds,
    interrupted: false,
    title: { start: 'Correlation collapse', inside: 'correlation collapse' },
    answer: [
      'With 60 hidden layers, the training loss is 2.28, and that of the twin with 12 hidden layers is 0.084. The network is worse on the training set, so this is not overfitting.',
      'Samples become alike on the way to the output: by layer 20 of 60, the cosine of two samples is 0.99. Also found: dead units.',
      'Overfitting is ruled out: the training error is also worse.',
    ],
    findings: [
      {
        cause: 'correlation-collapse',
        title: 'Correlation collapse',
        score: 0.94,
        sentence:
          'Different samples leave the last hidden layer as almost the same vector, so the read-out can’t separate the samples.',
        evidence: [
          {
            name: 'cosine after the last layer',
            value: 0.99834,
            limit: 0.95,
            words: 'mean over 2,016 pairs of samples, before training',
          },
          {
            name: 'effective rank',
            value: 1.42,
            limit: 4,
            unit: 'dimensions',
            words: 'of 64 samples after the last layer',
          },
          {
            name: 'relative loss',
            value: 86.2,
            limit: 5,
            unit: '%',
            words: 'above the twin’s on the training set, paired by seed',
          },
        ],
        papers: ['Poole et al. 2016', 'Schoenholz et al. 2017'],
        cures: ['residual branches: residual-mlp:depth=60', 'batch norm: mlp:depth=60,norm=batch'],
      },
      {
        cause: 'dead-units',
        title: 'Dead units',
        score: 0.31,
        sentence: 'A third of the units are never active because of the collapse.',
        evidence: [
          { name: 'never active', value: 33.4, limit: 40, unit: '%', words: 'of all units, over 512 samples' },
        ],
        papers: ['Lu et al. 2020'],
        cures: [],
      },
    ],
    ruledOut: [
      {
        cause: 'numerical-error',
        title: 'Numerical error',
        by: 'float64',
        sentence: 'In float64 the training loss is the same to 0.3%.',
      },
      {
        cause: 'unstable-step',
        title: 'Unstable step',
        by: 'rate / 3 and rate / 10',
        sentence: 'With a third and a tenth of the rate the loss is no lower.',
      },
      {
        cause: 'overfitting',
        title: 'Overfitting',
        by: 'training error',
        sentence: 'The training error is also worse.',
      },
    ],
    open: [],
    trials: [
      ...each((seed) => trial(NETWORK, seed, 2.28)),
      ...each((seed) => trial(TWIN, seed, 0.08, { note: 'mlp:depth=12' })),
      ...each((seed) => trial('rate / 3', seed, 2.29)),
      ...each((seed) => trial('rate / 10', seed, 2.3)),
      ...each((seed) => trial('3 x rate', seed, 2.2, { diverged: seed === 2 })),
      trial('float64', 1, 2.28),
      ...each((seed) => trial('constructive', seed, 0.07, { note: 'the twin with 48 exact identity layers' })),
    ],
    stages: STAGES,
    maps: [
      {
        title: 'Cosine between samples',
        scale: 'linear',
        domain: [0, 1],
        steps: STEPS,
        values: STEPS.map((step) => cosines(60).map((cosine) => cosine - (0.1 * step) / 600)),
        caption: 'From layer 20 on, all samples look the same.',
      },
      {
        title: 'Gradient norm',
        scale: 'log',
        steps: STEPS,
        values: STEPS.map((step) => {
          return STAGES.map((_, layer) => (layer === 7 && step > 300 ? null : 10 ** (-layer / 20 - step / 300)))
        }),
        caption: 'The gradient norm of each layer’s weights.',
      },
    ],
    profiles: [
      {
        id: 'cosine',
        title: 'Cosine between different samples, before training',
        axis: 'Cosine',
        scale: 'linear',
        domain: [0, 1],
        series: [
          { name: NETWORK, values: cosines(60) },
          { name: TWIN, values: cosines(12) },
        ],
        mark: { stage: 19, label: 'layer 20 of 60' },
        caption: 'The samples become alike layer by layer. At 1, later layers can’t tell samples apart.',
      },
      {
        id: 'activation',
        title: 'Mean square activation',
        axis: 'Mean square',
        scale: 'log',
        series: [
          { name: NETWORK, values: STAGES.map((_, layer) => 1.1 ** -layer) },
          { name: TWIN, values: STAGES.slice(0, 12).map((_, layer) => 1.1 ** -layer) },
        ],
        caption: 'The signal does not vanish in either network.',
      },
    ],
    picture: 'cosine',
  }
}
