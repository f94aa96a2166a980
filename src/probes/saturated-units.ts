/**
 * The share of a stage's outputs of activations, over all units and samples, at which the activation's derivative is under
 * a thousandth of its maximum. NaN where the stage has none that saturates, and for GELU and SiLU, whose derivatives
 * their outputs don't tell. ReLU's are counted by `deadUnits`.
 */
import { seluAlpha, seluScale } from '../graph/activations.ts'
import type { ActivationName } from '../network/network.ts'
import { erf, log } from '../support/numbers.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { Sight } from './pass.ts'
import type { Place, Stage } from './stages.ts'

export const saturatedUnits: LayerProbe = {
  title: 'Share of saturated outputs',
  scale: 'linear',
  domain: [0, 1],
  when: 'looks',
  needs: { activations: true },
  read: (sight) => sight.stages.map((stage) => shareSaturated(sight, stage)),
}

const threshold = 1e-3

/** Outputs between which the derivative is at least so much of its maximum. */
interface Range {
  readonly low: number
  readonly high: number
}

const around = (high: number): Range => ({ low: -high, high })

/** sigmoid' = y (1 - y), of which 1/4 is the most. */
const sigmoidLow = threshold / (2 * (1 + Math.sqrt(1 - threshold)))

const lively: Partial<Record<ActivationName, Range>> = {
  sigmoid: { low: sigmoidLow, high: 1 - sigmoidLow },
  // tanh' = 1 - y^2.
  tanh: around(Math.sqrt(1 - threshold)),
  // erf' is in proportion to exp(-x^2).
  erf: around(erf(Math.sqrt(-log(threshold)))),
  // softplus' = 1 - exp(-y).
  softplus: { low: -log(1 - threshold), high: Number.POSITIVE_INFINITY },
  // selu' = y + scale alpha below 0, where its maximum scale alpha is, and scale above.
  selu: { low: (threshold - 1) * seluScale * seluAlpha, high: Number.POSITIVE_INFINITY },
}

function rangeOf({ layer: { layer } }: Place): Range | undefined {
  return layer.kind === 'activation' ? lively[layer.function] : undefined
}

function shareSaturated(sight: Sight, { activations }: Stage): number {
  let saturated = 0
  let all = 0
  for (const place of activations) {
    const range = rangeOf(place)
    if (range === undefined) continue
    const { values } = sight.output(place)
    const { low, high } = range
    for (let index = 0; index < values.length; index++) {
      saturated += Number(values[index] < low) + Number(values[index] > high)
    }
    all += values.length
  }
  return saturated / all
}
