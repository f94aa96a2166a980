import { Command } from 'commander'
import { createBlueprint, initialise, writeWeights } from '../../index.ts'
import { readNetwork } from '../network-argument.ts'
import { addCommonOptions, addShapeOptions, inputOf, type MachineFlags, type ShapeFlags } from '../options.ts'
import { printJson, printText } from '../output.ts'

/** `init NETWORK --out FILE`: the weights that training with the same seed starts from. */
export function initCommand(): Command {
  const command = new Command('init')
    .description('write the weights that training with the same seed starts from')
    .argument('<network>', 'a preset such as mlp:depth=16, or a JSON file')
    .requiredOption('--out <file>', 'where to write them, as .safetensors')
  addCommonOptions(addShapeOptions(command))
  return command.action(async (text: string, flags: ShapeFlags & MachineFlags & { out: string }) => {
    const { input, classes } = await inputOf(flags)
    const blueprint = createBlueprint(readNetwork(text, { classes, input }), input)
    const weightsSha256 = await writeWeights(flags.out, blueprint, initialise(blueprint, flags.seed))
    const tensors = blueprint.parameters.map(({ name, shape }) => ({ name, shape }))
    if (flags.json) return printJson({ out: flags.out, seed: flags.seed, tensors, weightsSha256 })
    return printText(`${flags.out}: ${tensors.length} tensors, float32, sha256 of their bytes ${weightsSha256}`)
  })
}
