import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { counted, grouped } from '../../format/words.ts'
import { type Blueprint, count, createBlueprint, IsobathError, initialize, saveWeights } from '../../index.ts'
import { addShapeOptions, type ShapeFlags } from '../data-options.ts'
import { networkHelp, readNetwork, shapeFor } from '../network-argument.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText } from '../output.ts'
import { checkNotRead } from '../output-files.ts'

type Flags = ShapeFlags & MachineFlags & { out: string; force?: boolean }

/** Defines `init NETWORK --out FILE`, which writes the weights that a training with the same seed starts from. */
export function defineInit(command: Command): Command {
  command
    .argument('<network>', networkHelp)
    .requiredOption('--out <file>', 'file for the weights (.safetensors)')
    .option('--force', 'overwrite an existing file')
  addCommonOptions(addShapeOptions(command), ['seed'])
  return command.action(async (text: string, flags: Flags) => {
    const { input, classes } = await shapeFor([text], flags)
    const blueprint = createBlueprint(readNetwork(text, { classes, input }), input)
    checkSize(blueprint, text)
    checkNotRead('--out', flags.out, [text])
    checkFree(flags)
    const weightsSha256 = await saveWeights(flags.out, { blueprint, weights: initialize(blueprint, flags.seed) })
    const tensors = blueprint.parameters.map(({ name, shape }) => ({ name, shape }))
    if (flags.json) return printJson({ out: flags.out, seed: flags.seed, tensors, weightsSha256 })
    const what = `${counted(tensors.length, 'tensor')}, ${counted(count(blueprint).parameters, 'parameter')}, float32`
    return printText(`${flags.out}: ${what}, seed ${flags.seed}\nsha256 ${weightsSha256} (weights)`)
  })
}

/** Throws an `option` error if the file exists, because the file may hold trained weights. */
function checkFree({ out, force }: Flags): void {
  if (force || !existsSync(out)) return
  throw new IsobathError(
    'option',
    `--out: ${out} exists already. Choose another file, or add --force to overwrite the file.`,
  )
}

/**
 * Throws a `memory` error if the weights are too large to train. This check comes before the weights are drawn, which
 * can take minutes.
 */
function checkSize(blueprint: Blueprint, text: string): void {
  const { parameters } = count(blueprint)
  if (4 * parameters <= 2 ** 32) return
  throw new IsobathError(
    'memory',
    `${text}: expected at most 4 GiB of weights, the limit of training, got ${grouped(parameters)} weights of 4 bytes. Make the network narrower or less deep.`,
  )
}
