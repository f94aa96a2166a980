import { type Command, Option } from 'commander'
import type { BenchOptions, BenchResult, RooflineResult } from '../../bench/bench.ts'
import type { PeerName } from '../../bench/peers/peer.ts'
import { IsobathError } from '../../index.ts'
import { machine } from '../../internal.ts'
import { benchText, rooflineText } from '../bench-text.ts'
import { addShapeOptions, type ShapeFlags } from '../data-options.ts'
import { fieldOption } from '../field-options.ts'
import { interruptible } from '../interrupt.ts'
import { readNetwork, shapeFor } from '../network-argument.ts'
import { wholeFrom } from '../numbers.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'
import { checkOutput } from '../output-files.ts'
import { stderrProgress } from '../terminal/stderr.ts'

type Flags = ShapeFlags &
  MachineFlags & {
    readonly peer?: PeerName
    readonly python?: string
    readonly only?: string
    readonly rounds?: number
    readonly quick?: boolean
    readonly out?: string
    readonly roofline?: string
    readonly batch?: number
  }

const peers: readonly PeerName[] = ['pytorch', 'jax-js']

const example = [
  'isobath bench --peer pytorch --only "MLP 100"',
  'isobath bench --peer pytorch --only ResNet',
  'isobath bench --roofline mlp:depth=100,width=100,activation=tanh',
]

/**
 * Defines `bench [--peer pytorch] [--roofline NETWORK]`, which measures speed. The code of the bench is loaded when the
 * command runs.
 */
export function defineBench(command: Command): Command {
  command
    .optionsGroup('Bench:')
    .addOption(
      new Option('--peer <name>', 'other library to time on the same networks, if the library is installed').choices(
        peers,
      ),
    )
    .option('--python <path>', "path of a Python that has PyTorch (default: Debian's, /usr/bin/python3)")
    .option('--only <text>', 'measure only the rows that have this text in their names')
    .option('--rounds <n>', 'number of rounds of measurements (default: 5)', wholeFrom(1))
    .option('--quick', 'measure one short round without warm-up: a check that everything runs, with rough figures')
    .option('--out <file>', 'also write the JSON document to this file')
    .optionsGroup('Roofline:')
    .addOption(
      new Option(
        '--roofline <network>',
        "measure each kernel of this network's training step, and compare it with the limits of the machine",
      ).conflicts(['peer', 'only', 'python']),
    )
    .option('--batch <n>', 'samples in a batch for --roofline (default: 128)', wholeFrom(1))
    .addHelpText('after', `\nExamples:\n${example.map((line) => `  ${line}`).join('\n')}`)
  addCommonOptions(addShapeOptions(command), ['seed', 'threads'])
    .option('--exact', 'measure exact mode, which gives the same bits on every machine')
    .addOption(fieldOption(machine.winograd))
  return command.action(async (flags: Flags) => {
    const network = flags.roofline
    if (network !== undefined) return benchRoofline(network, flags)
    if (flags.batch !== undefined || flags.data !== undefined) {
      const option = flags.batch === undefined ? '--data' : '--batch'
      throw new IsobathError(
        'option',
        `${option}: expected --roofline NETWORK as well, since all other measurements have fixed sizes. Add --roofline NETWORK, or leave ${option} out.`,
      )
    }
    const { peer, python, only } = flags
    const result = await measured(flags, async (bench, options) => bench.runBench({ ...options, peer, python, only }))
    return give(result, flags, benchText)
  })
}

async function benchRoofline(text: string, flags: Flags): Promise<void> {
  const { batch = 128, seed } = flags
  const shape = await shapeFor([text], flags)
  const { input } = shape
  const problem = { network: readNetwork(text, shape), input, batch, seed }
  const result = await measured(flags, (bench, options) => bench.runRoofline(problem, options))
  give(result, flags, (roofline) => rooflineText(roofline, `${text}, input ${input.join(' x ')}, batch ${batch}`))
}

type BenchModule = typeof import('../../bench/bench.ts')

/** Loads the bench and runs a measurement with progress on stderr. Ctrl-C stops the measurement. */
async function measured<T>(
  { threads, exact, winograd, seed, quick, rounds, out }: Flags,
  measure: (bench: BenchModule, options: BenchOptions) => Promise<T>,
): Promise<T> {
  if (out !== undefined) checkOutput({ option: '--out', file: out, kind: 'JSON', inputs: [] })
  const progress = stderrProgress()
  const shown = new Map<string, { readonly rounds: number; readonly task: ReturnType<typeof progress.task> }>()
  const onStart: BenchOptions['onStart'] = (rows) => {
    for (const { name, rounds, seconds } of rows) {
      shown.set(name, { rounds, task: progress.task(name, rounds, { unit: 'round', cost: seconds }) })
    }
  }
  const onProgress: BenchOptions['onProgress'] = (name, done) => {
    const row = shown.get(name)
    row?.task.update(done)
    if (done === row?.rounds) row.task.finish()
  }
  try {
    const bench = await import('../../bench/bench.ts')
    const work = (abort: AbortSignal, listen: () => void): Promise<T> => {
      listen()
      return measure(bench, { threads, exact, winograd, seed, quick, rounds, abort, onStart, onProgress })
    }
    return await interruptible(work, () =>
      progress.note('Stopping after the measurement under way. Press Ctrl-C again to end at once.'),
    )
  } finally {
    progress.close()
  }
}

function give<T extends BenchResult | RooflineResult>(result: T, flags: Flags, textOf: (result: T) => string): void {
  if (flags.json) printJson(result)
  else printText(textOf(result))
  if (flags.out !== undefined) writeText(flags.out, `${JSON.stringify(result, null, 2)}\n`)
}
