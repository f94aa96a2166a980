import type { Command } from 'commander'
import { counted } from '../../format/words.ts'
import { type Checked, check, type Dataset, taskOf } from '../../index.ts'
import { shapeForLoss } from '../../internal.ts'
import { addDataOptions, type DataFlags, openData } from '../data-options.ts'
import { factLines, factsJson, unexpected } from '../facts-text.ts'
import { networkHelp, readNetwork, withImpliedTarget } from '../network-argument.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText } from '../output.ts'
import { addTrainingOptions, type TrainingFlags, trainingOptions } from '../training-options.ts'
import { withValidation } from '../validation.ts'

type Flags = DataFlags & TrainingFlags & MachineFlags

const examples = `
Examples:
  isobath check mlp:depth=3,width=128 --data glyphs
  isobath check network.json --data houses.csv --target values --standardize none`

/**
 * Defines `check NETWORK --data D`, which tells the faults that show before any training. `words` is the whole command
 * line, from which the command to type next is made.
 */
export function defineCheck(command: Command, words: readonly string[]): Command {
  command.argument('<network>', networkHelp).addHelpText('after', examples)
  addCommonOptions(addTrainingOptions(addDataOptions(command)), [])
  return command.action(async (text: string, flags: Flags) => {
    const options = { ...trainingOptions(flags), seed: flags.seed }
    const opened = openData(withValidation(withImpliedTarget([text], flags)))
    const network = readNetwork(text, shapeForLoss(await opened.shape(), flags.loss))
    const data = await opened.read()
    const checked = check(network, { ...options, data })
    const facts = unexpected(checked.facts, text)
    const { removed } = checked
    if (flags.json) {
      return printJson({
        network: text,
        data: data.name,
        facts: factsJson(facts, words),
        removed: factsJson(removed, words),
      })
    }
    const lines = facts.length > 0 ? factLines(facts, words) : [nothingFound(text, data)]
    return printText([...lines, ...removedLines(checked)].join('\n'))
  })
}

/** The line of a check that found nothing. */
function nothingFound(text: string, data: Dataset): string {
  const targets = taskOf(data) === 'classification' ? 'the sizes of the classes' : 'the scale of the targets'
  const sets = `${counted(data.train.count, 'training sample')} and ${counted(data.test.count, 'test sample')}`
  return `Nothing stands out for ${text} on ${data.name} (${sets}). The check looked at the range of the outputs, the layers, the scale of the inputs, ${targets}, the batch, and samples that both sets share.`
}

/** The lines about raw inputs and targets whose faults the standardization removes. */
const removedLines = ({ removed }: Checked): string[] =>
  removed.map(({ fact, sentence }) => `Standardizing removes ${fact}: ${sentence}`)
