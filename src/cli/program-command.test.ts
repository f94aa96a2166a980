import type { Command, Option } from 'commander'
import { expect, it } from 'vitest'
import { commandList } from './command-list.ts'
import { expectedOf } from './flag-values.ts'
import { ProgramCommand } from './program-command.ts'

/** Returns the flags with a value of all commands and subcommands. */
async function valuedFlags(): Promise<readonly Option[]> {
  const commands = await Promise.all(
    commandList.map(async ({ name, load }) => {
      const command = new ProgramCommand(name)
      const define = await load()
      define(command, [])
      return command
    }),
  )
  const all = (command: Command): readonly Option[] => [...command.options, ...command.commands.flatMap(all)]
  return commands.flatMap(all).filter(({ required }) => required)
}

it('each flag with a value has a description of its values', async () => {
  const flags = await valuedFlags()
  expect(flags.length).toBeGreaterThan(200)
  for (const option of flags) expect(expectedOf(option), option.flags).not.toMatch(/^(a value|text|undefined)$/)
})

it('each command and each subcommand checks that the values of flags are there', async () => {
  const nested = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(nested)]
  for (const { name, load } of commandList) {
    const command = new ProgramCommand(name)
    const define = await load()
    define(command, [])
    for (const one of nested(command)) expect(one, one.name()).toBeInstanceOf(ProgramCommand)
  }
})
