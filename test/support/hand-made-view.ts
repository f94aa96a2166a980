/** Networks with weights and samples set by hand, for tests of probes. */
import type { Backend } from '../../src/backends/backend.ts'
import type { Blueprint } from '../../src/blueprint/blueprint.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { sizeOf } from '../../src/blueprint/shape.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { createStandardizer } from '../../src/data/standardize.ts'
import { sgd } from '../../src/graph/optimizers/sgd.ts'
import type { Network } from '../../src/network/network.ts'
import type { LayerProbe, Setting } from '../../src/probes/layer-probe.ts'
import { openPass, type PassView, type SampleRows, type WeightsOf } from '../../src/probes/pass.ts'
import { type ProbeSamples, samplesOf } from '../../src/probes/samples.ts'

export interface HandMade {
  readonly network: Network
  /** Shape of a sample. The default is the number of features of the inputs. */
  readonly shape?: readonly number[]
  /** Samples, which are not standardized. */
  readonly inputs: readonly (readonly number[])[]
  /** Targets of the mean squared error, zeros by default. */
  readonly targets?: readonly (readonly number[])[]
  /** Weights by name. Missing parameters keep their initial values. */
  readonly weights?: Readonly<Record<string, readonly number[]>>
  /** Optimizer and first weights. The default is plain gradient descent with a rate of 1. */
  readonly setting?: Setting
}

export interface HandMadeParts {
  readonly blueprint: Blueprint
  readonly samples: ProbeSamples
  readonly weights: WeightsOf
  readonly setting: Setting
}

export function handMade(made: HandMade): HandMadeParts {
  const { network, inputs, shape = [inputs[0].length], weights = {}, setting = { optimizer: sgd({ rate: 1 }) } } = made
  const blueprint = createBlueprint(network, shape)
  const { targets = inputs.map(() => Array.from({ length: sizeOf(blueprint.output) }, () => 0)) } = made
  const set = {
    count: inputs.length,
    inputs: Float64Array.from(inputs.flat()),
    labels: new Uint8Array(0),
    targets: Float64Array.from(targets.flat()),
  }
  const data: Dataset = { name: 'hand-made', shape, classes: 0, train: set, test: set }
  const first = initialize(blueprint, 0)
  return {
    blueprint,
    samples: samplesOf(data, createStandardizer(set, shape, 'none'), 'squared-error'),
    weights: (name) => weights[name] ?? first.get(name) ?? [],
    setting,
  }
}

/** Runs a pass over a hand-made network and returns the result of `see`, which reads the view. */
export async function seeHandMade<T>(
  backend: Backend,
  made: HandMade,
  needs: LayerProbe['needs'],
  see: (view: PassView, setting: Setting) => T | Promise<T>,
): Promise<T> {
  const { blueprint, samples, weights, setting } = handMade(made)
  const pass = await openPass(blueprint, backend, samples, needs)
  try {
    return await see(await pass.run(weights), setting)
  } finally {
    pass.dispose()
  }
}

export const readHandMade = (backend: Backend, probe: LayerProbe, made: HandMade): Promise<readonly number[]> =>
  seeHandMade(backend, made, probe.needs, (view, setting) => probe.read(view, setting))

/** Converts sample rows to a table, for naive implementations of quantities. */
export const tableOf = ({ rows, width, values }: SampleRows): number[][] =>
  Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * width, (row + 1) * width)))
