/** Facts about the outputs of a network, for the loss and the targets. */
import { sizeOf } from '../blueprint/shape.ts'
import { taskOf } from '../data/dataset.ts'
import { grouped, number } from '../format/words.ts'
import type { LossName } from '../graph/losses.ts'
import { nameInCode } from '../support/errors.ts'
import type { FactChange, Found } from './fact.ts'
import { type LimitingOutput, limitingOutput, limits } from './limiting-output.ts'
import { type Look, lookAt } from './look.ts'
import { targetReach } from './target-reach.ts'
import { share, shown } from './words.ts'

/** What a loss does with the outputs of a network. */
type Use = 'applies softmax' | 'applies sigmoid' | 'compares values'

const uses: Readonly<Record<LossName, Use>> = {
  'cross-entropy': 'applies softmax',
  'binary-cross-entropy': 'applies sigmoid',
  'squared-error': 'compares values',
  'absolute-error': 'compares values',
  huber: 'compares values',
}

const infinity = Number.POSITIVE_INFINITY
/** Fraction of the loss of guessing from which on a loss that no output can undercut matters. */
const leastFloor = 0.01
/** Last layers whose outputs are 0 over a whole range of their inputs, where they have no gradient. */
const switchesOff: ReadonlySet<LimitingOutput> = new Set(['relu', 'relu6'])

const leaveOut = (output: LimitingOutput): string => `Leave the ${output} at the end out.`

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** The fact that a network has one output for many classes, or a softmax over its only output. */
export function singleOutput({ blueprint, data, settings: { loss } }: Look): Found | undefined {
  if (sizeOf(blueprint.output) !== 1) return undefined
  if (limitingOutput(blueprint.root) === 'softmax') {
    return {
      sentence:
        'The network ends in a softmax over a single output. A softmax over one output is always 1, so the network learns nothing.',
      remedy: leaveOut('softmax'),
    }
  }
  if (taskOf(data) !== 'classification') return undefined
  const { classes } = data
  if (classes > 2) {
    return {
      sentence: `The network has a single output for ${grouped(classes)} classes, and a single output tells at most two classes apart.`,
      remedy: `Set the last dense layer's width to ${classes}, and use the loss cross-entropy.`,
    }
  }
  if (classes === 2 && uses[loss] === 'applies softmax') {
    return {
      sentence:
        'The network has a single output for two classes, and the loss cross-entropy applies a softmax, which is always 1 over one output.',
      remedy: 'Use the loss binary-cross-entropy, or give the network two outputs.',
      change: { loss: 'binary-cross-entropy' },
    }
  }
  return undefined
}

/** The fact that softmax is applied by the network and again by the loss. */
export function softmaxTwice({ blueprint, settings: { loss } }: Look): Found | undefined {
  const outputs = sizeOf(blueprint.output)
  if (outputs === 1 || limitingOutput(blueprint.root) !== 'softmax' || uses[loss] !== 'applies softmax')
    return undefined
  const ends = `The network ends in a softmax, and the loss ${loss} applies its own softmax, so softmax is applied twice.`
  return { sentence: `${ends} ${reachOfClasses('softmax', outputs)}`, remedy: leaveOut('softmax') }
}

/** The fact that the range of the outputs keeps the network from its targets, given the loss. */
export function outputRange(look: Look): Found | undefined {
  const output = limitingOutput(look.blueprint.root)
  if (output === undefined || (output === 'softmax' && sizeOf(look.blueprint.output) === 1)) return undefined
  return ranges[uses[look.settings.loss]](output, look)
}

const ranges: Readonly<Record<Use, (output: LimitingOutput, look: Look) => Found | undefined>> = {
  'applies softmax': (output, { blueprint, settings: { loss } }) => {
    if (output === 'softmax') return undefined
    if (switchesOff.has(output)) return switchedOff(output)
    const { low, high } = limits[output]
    if (high === infinity) return undefined
    const ends = `The network ends in a ${output}, so its outputs are from ${low} to ${high}, and the loss ${loss} applies its own softmax to them.`
    return { sentence: `${ends} ${reachOfClasses(output, sizeOf(blueprint.output))}`, remedy: leaveOut(output) }
  },
  'applies sigmoid': (output, { settings: { loss } }) => {
    const { low, high } = limits[output]
    const range =
      high === infinity ? `at least ${share(sigmoid(low))}` : `from ${share(sigmoid(low))} to ${share(sigmoid(high))}`
    return {
      sentence: `The network ends in a ${output}, and the loss ${loss} applies its own sigmoid, so every probability is ${range}.`,
      remedy: leaveOut(output),
    }
  },
  'compares values': (output, look) =>
    unreachable(output, look) ?? (switchesOff.has(output) ? switchedOff(output) : undefined),
}

/** The sentence about the highest probability of a class that limited outputs give after a softmax. */
function reachOfClasses(output: LimitingOutput, outputs: number): string {
  const { low, high } = limits[output]
  const best = 1 / (1 + (outputs - 1) * Math.exp(low - high))
  return `A class can get at most the probability ${share(best)}, and the loss can't fall below ${number(-Math.log(best))}.`
}

/** The fact about outputs that can be 0 for all samples. Such an output has no gradient. */
const switchedOff = (output: LimitingOutput): Found => ({
  sentence: `The network ends in a ${output}. An output that is 0 for every sample has no gradient, so this output never learns.`,
  remedy: leaveOut(output),
})

/** The fact about targets outside the range of the outputs. The targets of classes are 0 and 1. */
function unreachable(output: LimitingOutput, look: Look): Found | undefined {
  const range = limits[output]
  const { loss } = look.settings
  const { low, high } = range
  if (taskOf(look.data) === 'classification') {
    // Outputs that reach 0 and 1 reach every target of a class.
    return low <= 0 && high >= 1 ? undefined : outOfReach(output, `The loss ${loss} compares the outputs with 0 and 1.`)
  }
  const { targets, outside, lowest, guessing } = reachOf(look, output)
  if (!(lowest >= leastFloor * guessing) || outside === 0) return undefined
  const standardized = isStandardized(look) ? 'standardized ' : ''
  const missed = `${share(outside)} of the ${standardized}targets, which are from ${shown(targets.low)} to ${shown(targets.high)}, lie outside.`
  const floor = `So the loss ${loss} can't fall below ${shown(lowest)}, while guessing gives ${shown(guessing)}.`
  const change = unstandardized(look, output)
  const other =
    change === undefined
      ? ''
      : `, or keep the targets as they are with ${Object.entries(change)
          .map(([key, value]) => nameInCode(key, value))
          .join(' and ')}`
  return {
    sentence: `The network ends in a ${output}, so its outputs are ${rangeWords(output)}, and ${missed} ${floor}`,
    remedy: `${leaveOut(output).slice(0, -1)}${other}.`,
    ...(change === undefined ? {} : { change }),
  }
}

const outOfReach = (output: LimitingOutput, compared: string): Found => ({
  sentence: `The network ends in a ${output}, so its outputs are ${rangeWords(output)}. ${compared}`,
  remedy: leaveOut(output),
})

function rangeWords(output: LimitingOutput): string {
  const { low, high } = limits[output]
  return high === infinity ? `at least ${low}` : `from ${low} to ${high}`
}

function reachOf({ targets, settings }: Look, output: LimitingOutput) {
  const { values, columns } = targets()
  return targetReach(values, columns, limits[output], settings)
}

/** Whether the targets differ from the targets of the data set. */
function isStandardized({ data, rows, targets }: Look): boolean {
  const { values } = targets()
  const own = rows()
  const given = own.targets === 'inputs' ? own.inputs : own.targets
  const unit = own.targets === 'inputs' && data.train.inputs instanceof Uint8Array ? 255 : 1
  return given !== undefined && values.some((value, index) => Math.fround(value * unit) !== Math.fround(given[index]))
}

/**
 * The change of options that leaves the targets of a regression as they are, if the outputs can reach such targets. The
 * targets of an autoencoder are its inputs, which train better if they are standardized.
 */
function unstandardized(look: Look, output: LimitingOutput): FactChange | undefined {
  if (taskOf(look.data) !== 'regression' || !isStandardized(look)) return undefined
  const change = { standardizeTargets: 'none' } as const
  const reach = reachOf(lookAt({ ...look, settings: { ...look.settings, ...change } }), output)
  return reach.lowest < leastFloor * reach.guessing ? change : undefined
}
