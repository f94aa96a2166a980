import { Command } from 'commander'
import { catalogue, tableText } from '../../index.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText, whole } from '../output.ts'

/** `data list`: what can be trained on. */
export function dataCommand(): Command {
  const list = addCommonOptions(new Command('list').description('list the data sets')).action((flags: MachineFlags) => {
    if (flags.json) return printJson({ datasets: catalogue })
    const table = tableText({
      columns: [
        { heading: 'name' },
        { heading: 'sample' },
        { heading: 'classes', numeric: true },
        { heading: 'train', numeric: true },
        { heading: 'test', numeric: true },
        { heading: 'source' },
        { heading: 'what' },
      ],
      rows: catalogue.map(({ name, shape, classes, train, test, source, what }) => [
        name,
        shape.join('x'),
        String(classes),
        whole(train),
        whole(test),
        source,
        what,
      ]),
      notes: [
        'Generated sets need no files. For the others, --data-dir or ISOBATH_DATA names the folder of their files.',
      ],
    })
    return printText(table)
  })
  return new Command('data').description('the data sets that can be trained on').addCommand(list)
}
