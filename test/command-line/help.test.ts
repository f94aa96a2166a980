/** Tests the help about presets and about the options that every command accepts. */
import { describe, expect, it } from 'vitest'
import { describePresets } from '../../src/network/preset-help.ts'
import { isobath } from '../support/command-line.ts'

async function helpOf(command: string): Promise<string> {
  const { status, stdout, stderr } = await isobath(`${command} --help`)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('the help about presets', () => {
  const help = helpOf('')

  /** Returns the names at the start of the lines below a title in a group of presets. */
  async function namesBelow(group: string, title: string): Promise<string[]> {
    const [, section = ''] = (await help).split(`\n${group}`)
    const lines = section.split('\n')
    const start = lines.indexOf(`  ${title}`)
    const rest = lines.slice(start + 1)
    const end = rest.findIndex((line) => line === '' || line.startsWith('  Options'))
    return rest.slice(0, end < 0 ? undefined : end).flatMap((line) => /^ {2}(\S+(?: \S+)*)/.exec(line)?.[1] ?? [])
  }

  it('lists the options of each preset', async () => {
    const cifar = 'Convolutional networks for CIFAR'
    expect(await namesBelow(cifar, 'Options:')).toEqual(['norm', 'conv-bias', 'init', 'fan', 'as above'])
    expect(await namesBelow(cifar, 'Options of all but plain-N:')).toEqual(['shortcut', 'remedy', 'multiplier'])
    expect(await namesBelow(cifar, 'Options of preact-resnet-N:')).toEqual(['block'])
    expect(await namesBelow(cifar, 'Options of wide-resnet-D-K:')).toEqual(['dropout'])
    const imagenet = 'Convolutional networks for ImageNet'
    expect(await namesBelow(imagenet, 'Options of resnet-50|101|152:')).toEqual(['stride'])
    const dense = 'Dense networks'
    expect(await namesBelow(dense, 'Options of residual-mlp, linear-residual:')).toEqual([
      'block',
      'multiplier',
      'remedy',
    ])
    const du = "Networks of Du et al.'s theorems"
    expect(await namesBelow(du, 'Options of du-conv-resnet:')).toEqual(['channels'])
  })

  it('lists all presets and options, aligned and within 80 columns', async () => {
    const text = await help
    for (const { presets, options } of describePresets()) {
      for (const { name } of presets) expect(text).toMatch(new RegExp(`^ {2}${name.replaceAll('|', '\\|')}( |$)`, 'm'))
      for (const { key } of options) expect(text).toMatch(new RegExp(`(^ {2}| )${key}\\b`, 'm'))
    }
    const [, networks] = text.split('\nNETWORK is')
    for (const line of networks.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80)
      if (line.startsWith('   ')) expect(line).toMatch(/^ {19}\S/)
    }
  })
})

describe('the list of commands', () => {
  it('shows the arguments of each command', async () => {
    const [, list] = (await helpOf('')).split('\nCommands:\n')
    // Each line of the list begins with the name and the arguments. Only `data` has subcommands.
    const listed = [...list.split('\n\n')[0].matchAll(/^ {2}(\S+(?: [[<].*?[\]>])*)(?: {2}|$)/gm)].map(
      ([, term]) => term,
    )
    expect(listed.length).toBe(14)
    for (const term of listed.filter((one) => !one.startsWith('help'))) {
      const usage = term === 'data' ? 'data [options] [command]' : term
      expect(await helpOf(term.split(' ')[0])).toMatch(new RegExp(`^Usage: isobath ${quoted(usage)}\n`))
    }
  })
})

const quoted = (text: string): string => text.replaceAll(/[[\].]/g, '\\$&')

describe('--seed and --threads', () => {
  it.each([
    ['start', 'both'],
    ['train', 'both'],
    ['compare', 'both'],
    ['prescribe', 'both'],
    ['bench', 'both'],
    ['evaluate', 'threads'],
    ['predict', 'threads'],
    ['init', 'seed'],
    ['show', 'neither'],
    ['count', 'neither'],
    ['data list', 'neither'],
    ['data fetch', 'neither'],
    ['data check', 'neither'],
  ])('appear in the help of the command %s only if they have an effect: %s', async (command, named) => {
    const help = await helpOf(command)
    expect(help).toContain('--json')
    expect(help.includes('--seed <n>')).toBe(named === 'both' || named === 'seed')
    expect(help.includes('--threads <n>')).toBe(named === 'both' || named === 'threads')
  })

  it('are accepted and checked by every command, even without an effect', async () => {
    const plain = await isobath('count mlp:depth=2,width=4')
    expect(plain.status).toBe(0)
    expect(await isobath('count mlp:depth=2,width=4 --seed 3 --threads 1')).toEqual(plain)
    expect((await isobath('data list --seed 3 --threads 1')).status).toBe(0)
    expect((await isobath('show network mlp:depth=2,width=4 --seed 3 --threads 1')).status).toBe(0)
    const { status, stderr } = await isobath('count mlp --seed x')
    expect(status).toBe(2)
    expect(stderr).toContain("option '--seed <n>' argument 'x' is invalid. Expected a whole number of at least 0.")
  })
})
