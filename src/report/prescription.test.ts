import { expect, it } from 'vitest'
import { type PrescriptionData, prescriptionPicture, prescriptionReport, prescriptionText } from './prescription.ts'

const run = (seed: number, error: number | null) => ({
  seed,
  train: { loss: error, error },
  test: { loss: error, error: error === null ? null : error + 0.02 },
  diverged: error === null ? { step: 4, layer: 'hidden', what: 'loss' } : null,
  losses: [0, 50, 99].map((step) => ({ step, loss: 2.3 - (step / 100) * (1 - (error ?? 1)) })),
})

const data: PrescriptionData = {
  cureCommand: 'isobath train /runs/p/cure-residual-links.json --data glyphs --steps 100 --rate 0.01',
  version: '1',
  mode: 'float32',
  seconds: 61,
  budgetSeconds: 300,
  network: 'mlp:depth=60',
  dataset: { name: 'glyphs', train: 100, test: 40, asks: '10 classes', names: { areValues: false }, classes: 10 },
  steps: 100,
  batch: 20,
  optimizer: 'momentum 0.9, rate 0.1',
  seeds: [0, 1, 2],
  interrupted: false,
  trainings: 40,
  answer: [
    'Add a skip connection: the training error falls from 90.0% to 2.0%.',
    'The 3 seeds had no part in the choice.',
  ],
  notes: [],
  finalists: [
    { name: 'network', words: '', rate: 0.1, steps: 100, runs: [run(0, 0.9), run(1, null), run(2, 0.9)] },
    {
      name: 'residual links',
      words: 'add links',
      rate: 0.01,
      steps: 100,
      runs: [run(0, 0.02), run(1, 0.03), run(2, 0.01)],
    },
    {
      name: 'batch normalization',
      words: 'add norms',
      rate: 0.1,
      steps: 60,
      runs: [run(0, 0.2), run(1, 0.3), run(2, 0.1)],
    },
  ],
  candidates: [
    { name: 'network', words: '', state: 'no better', reason: '', cost: 1 },
    { name: 'residual links', words: 'add links', state: 'better', reason: 'better', cost: 1 },
    { name: 'batch normalization', words: 'add norms', state: 'no better', reason: 'too little', cost: 1.7 },
    { name: 'SELU', words: 'replace ReLU by SELU', state: 'not tried', reason: 'no time left in the budget', cost: 1 },
    { name: 'warm-up', words: 'raise the rate', state: 'not tried', reason: 'no time left in the budget', cost: 1 },
  ],
  facts: [],
}

it('The text has the answer first, then the command, the finalists and the other changes.', () => {
  expect(prescriptionText(data)).toMatchInlineSnapshot(`
    "Add a skip connection: the training error falls from 90.0% to 2.0%.
    The 3 seeds had no part in the choice.

    Train the network with this change:
      isobath train /runs/p/cure-residual-links.json --data glyphs --steps 100 --rate 0.01

    mlp:depth=60 · glyphs, 100 training samples, 10 classes · 100 steps of 20
    momentum 0.9, rate 0.1 · 40 trainings in 61 s

    training              train loss      train error       test error  steps  seeds
    ───────────────  ───────────────  ───────────────  ───────────────  ─────  ─────
    as given         1 of 3 diverged  1 of 3 diverged  1 of 3 diverged    100      3
    residual links…  0.0200 ± 0.0248       2.0 ± 2.5%       4.0 ± 2.5%    100      3
    batch normaliz…    0.200 ± 0.248     20.0 ± 24.8%     22.0 ± 24.8%     60      3

    Equal cost is equal work: a change whose steps need more work gets fewer steps.

    Other changes
      - batch normalization: add norms, whose steps need 1.7 times the work. No
        better: too little.
      Not tried (no time left in the budget): SELU; warm-up.
    "
  `)
})

it('The page has the answer, the command, one picture of errors, one of losses, and the table.', () => {
  const page = prescriptionReport(data)
  for (const text of [
    'Add a skip connection',
    'cure-residual-links.json',
    'Error of the finalists',
    'Loss during training',
  ])
    expect(page.replaceAll(/<\/?span>/g, '')).toContain(text)
  expect(page).toContain('The finalists, with 3 fresh seeds')
  expect(page.indexOf('The finalists, with')).toBeLessThan(page.indexOf('Other changes'))
})

it('A prescription without a final has a text, a page and a picture too.', () => {
  const early = { ...data, finalists: [], cureCommand: undefined, answer: ['Undecided: the budget is too short.'] }
  expect(prescriptionText(early)).toContain('Undecided')
  expect(prescriptionReport(early)).toContain('Undecided')
  expect(prescriptionPicture(early)).toMatch(/^<svg/)
})
