/** Diagnoses of small trained networks, each with one fault in its settings or its outputs. */
import { describe, expect, it } from 'vitest'
import { precisions } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { type Dataset, taskOf } from '../../src/data/dataset.ts'
import { moons } from '../../src/data/planar.ts'
import { nameAt, rateAt } from '../../src/diagnosis/controls.ts'
import { type DiagnosisOutcome, runDiagnosis } from '../../src/diagnosis/diagnosis-loop.ts'
import { recordsOf } from '../../src/diagnosis/evidence.ts'
import { viewOf } from '../../src/diagnosis/view.ts'
import { answerOf } from '../../src/diagnosis/wording/answer.ts'
import { momentum } from '../../src/graph/optimizers/momentum.ts'
import { chain, dense, relu } from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { resolveOptions } from '../../src/settings/options.ts'
import { createWorkers } from '../../src/trials/workers.ts'
import { each, tableOf } from '../support/fact-subject.ts'
import { unreadable } from '../support/made-up-evidence.ts'

/** Diagnoses a network that is trained for 100 steps, with all controls that the diagnosis asks for. */
async function diagnosed(network: Network, data: Dataset, rate: number): Promise<DiagnosisOutcome> {
  const workers = createWorkers(2, precisions, (precision) => createWasmBackend({ threads: 'inline', precision }))
  const options = { steps: 100, batch: 30, optimizer: momentum({ rate }) }
  return runDiagnosis({
    network,
    data,
    settings: resolveOptions(options, data.train.count, taskOf(data)),
    choosesSteps: false,
    seeds: [0, 1, 2],
    budgetSeconds: 600,
    reference: { name: data.name, options: {}, sha256: '' },
    workers,
  }).finally(() => workers.dispose())
}

const moon = moons({ train: 150, test: 90 })
const network = parseNetwork('mlp:depth=3,width=8', { input: moon.shape, classes: moon.classes })
/** A rate at which the network learns the moons. */
const right = 0.3

describe('A network that learns at a hundredth of its rate', () => {
  it('has an unstable step, and a best rate at which all seeds train', async () => {
    const { evidence, judgment } = await diagnosed(network, moon, 100 * right)
    expect(judgment.verdict).toBe('unstable-step')
    const { best } = viewOf(evidence)
    expect(best.network).toBeLessThan(0)
    const records = recordsOf(evidence, nameAt('network', best.network))
    expect(records).toHaveLength(3)
    for (const { train } of records) expect(train.error).toBeLessThan(0.05)
    const [symptom, cause] = answerOf(evidence, judgment)
    expect(cause).toMatch(/^The step is too large: /)
    expect(cause).toContain(`at ${rateAt(100 * right, best.network)} instead of 30, the training error is`)
    expect(symptom).toMatch(/^At the rate 30, .* At the network's best rate, /)
    expect(symptom).not.toMatch(unreadable)
  })
})

describe('A network that learns at a hundred times its rate', () => {
  it('has a step that is too small, and a best rate at which all seeds train', async () => {
    const { evidence, judgment } = await diagnosed(network, moon, right / 1000)
    expect(judgment.verdict).toBe('step-too-small')
    const { best } = viewOf(evidence)
    expect(best.network).toBeGreaterThan(0)
    for (const { train } of recordsOf(evidence, nameAt('network', best.network))) {
      expect(train.error).toBeLessThan(0.05)
    }
  })
})

describe('A network whose ReLU outputs cannot be negative', () => {
  const point = (row: number): readonly number[] => [Math.cos(row), Math.sin(1.7 * row)]
  const rows = each(120, point)
  const data = tableOf(rows, { targets: rows.map(([x, y]) => [3 * x * y + x]) })
  const linear = chain(dense(16), relu(), dense(16), relu(), dense(1))

  it('cannot reach its targets, and trains without the last activation', async () => {
    const limited = chain(...(linear.kind === 'chain' ? linear.layers : []), relu())
    const { evidence, judgment } = await diagnosed(limited, data, 0.03)
    expect(judgment.verdict).toBe('output-cannot-reach-targets')
    expect(evidence.outputFloor).toBeGreaterThan(0.2)
    const errors = recordsOf(evidence, 'network').map(({ train }) => train.error ?? Number.NaN)
    // No network with this output has an error below the floor.
    for (const error of errors) expect(error).toBeGreaterThanOrEqual(evidence.outputFloor ?? Number.NaN)
    const free = evidence.records.filter(({ control }) => control.startsWith('free output'))
    expect(Math.min(...free.map(({ train }) => train.error ?? 1))).toBeLessThan(0.1)
    const [, cause] = answerOf(evidence, judgment)
    expect(cause).toContain('the range of the outputs allows no error below')
    expect(cause).not.toMatch(unreadable)
  })

  it('does not have this cause without the last activation', async () => {
    const { evidence, judgment } = await diagnosed(linear, data, 0.03)
    expect(evidence.outputFloor).toBeNull()
    expect(judgment.findings.map(({ cause }) => cause)).not.toContain('output-cannot-reach-targets')
  })
})
