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
    verdict: 'healthy',
    title: { start: 'Healthy', inside: 'healthy' },
    answer: [
      'With 60 hidden layers, the network trains: the training error is 3.6%, and the test error is 5.6%.',
      'No measurement found anything wrong with the network.',
    ],
    findings: [],
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
      'With 60 hidden layers, the training loss is 0.902, and that of the twin with 12 hidden layers is 0.202.',
      'Undecided: 1 control did not rule out unstable step and too little capacity.',
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

/** Diagnosis of a network whose rate is too large, with a ladder of rates, a fact and a linear model. */
export function tooLargeStep(): DiagnosisData {
  const sample = healthy()
  const rates = [0.003, 0.03, 0.3, 3, 30]
  const short = [1.99, 0.7, 0.5, null, null].map((loss, index) => ({
    control: [
      'short run, rate / 1000',
      'short run, rate / 100',
      'short run, rate / 10',
      'short run',
      'short run, rate x 10',
    ][index],
    rate: rates[index],
    loss,
  }))
  return {
    ...sample,
    network: 'mlp:depth=4',
    optimizer: 'momentum, rate 3',
    verdict: 'unstable-step',
    title: { start: 'Unstable step', inside: 'unstable step' },
    answer: [
      'At the rate 3, 2 of 3 seeds diverge. With 4 hidden layers at the best rates, the network trains.',
      'The step is too large: at 0.3 instead of 3, the training error is 3.6%.',
    ],
    facts: [{ sentence: 'A batch has 128 of 200 samples.', remedy: 'Set a batch of 16.' }],
    linear: { train: { loss: 0.5, error: 0.145 }, test: { loss: 0.7, error: 0.216 }, samples: 10_000 },
    cure: { control: 'rate / 10', words: 'take the rate 0.3 instead of 3' },
    cureCommand: 'isobath train mlp:depth=4 --data glyphs --steps 600 --rate 0.3',
    findings: [],
    trials: [
      ...[1, 2, 3].map((seed) => trial(NETWORK, seed, 2, { diverged: seed < 3 })),
      trial('rate / 100', 1, 0.2),
      ...[1, 2, 3].map((seed) => trial('rate / 10', seed, 0.08)),
      ...[1, 2, 3].map((seed) => trial(TWIN, seed, 0.5)),
      ...short.map(({ control, loss }) => trial(control, 1, loss ?? 2, { diverged: loss === null, steps: 65 })),
    ],
    ladders: [
      {
        network: NETWORK,
        givenRate: 3,
        bestRate: 0.3,
        rungs: [
          ...short.map((rung) => ({ ...rung, kind: 'short' as const, seeds: 1, diverged: rung.loss === null ? 1 : 0 })),
          { control: 'rate / 100', kind: 'whole', rate: 0.03, seeds: 1, diverged: 0, loss: 0.202 },
          { control: 'rate / 10', kind: 'whole', rate: 0.3, seeds: 3, diverged: 0, loss: 0.084 },
          { control: NETWORK, kind: 'whole', rate: 3, seeds: 3, diverged: 2, loss: null },
        ],
      },
    ],
    picture: 'ladder',
  }
}

/** Diagnosis with a cure that changes the network and was measured with fresh seeds. */
export function cured(): DiagnosisData {
  const means = (error: number) => ({ loss: error * 2.5, error })
  return {
    ...collapsed(),
    confidence: 0.94,
    basis:
      'With a leaky slope by depth, three seeds close 96% of the gap to the best training of the diagnosis. The sentence rests on the cosine at steps 0, 1, 10 and 100.',
    cure: {
      control: 'residual',
      words: 'add a skip connection around each of the 58 hidden layers, multiplied by 1/58',
      before: { train: means(0.8804), test: means(0.892) },
      after: { train: means(0.0241), test: means(0.0372) },
      seeds: 5,
      isFresh: true,
      promise: 'The printed command ends below a training error of 5%.',
    },
    cureCommand:
      'isobath train /home/user/experiments/runs/mlp-glyphs-diagnosis-1/cure.json --data glyphs --steps 600 --rate 0.03',
    cureFiles: ['runs/mlp-glyphs-diagnosis-1/cure.json', 'runs/mlp-glyphs-diagnosis-1/cure.ts'],
    cureCode: "import { chain, dense } from 'isobath'\n\nexport const network = chain(dense(64), dense(10))\n",
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
  const isKept = (value: string) =>
    ['network', 'shallow twin', 'log', 'linear', 'cosine', 'losses', 'ladder', 'short', 'whole'].includes(value)
  return JSON.parse(JSON.stringify(data, (_, value) => (typeof value === 'string' && !isKept(value) ? nasty : value)))
}
