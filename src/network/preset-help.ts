/** What the help says of networks by name. */
import type { Family, GroupName } from './families/family.ts'
import { families, titleOf } from './families/table.ts'

export interface PresetRow {
  readonly name: string
  readonly means: string
  readonly options: readonly string[]
}

export interface PresetOptionRow {
  readonly key: string
  /** The names of the group's presets that have it. */
  readonly presets: readonly string[]
  readonly values: string
  /** What holds where it is left out. */
  readonly fallback: string
  readonly means: string
}

export interface PresetGroup {
  readonly title: string
  readonly presets: readonly PresetRow[]
  readonly options: readonly PresetOptionRow[]
}

const groupTitles: Readonly<Record<GroupName, string>> = {
  dense: 'Dense networks (784 values and 10 classes, unless --data says otherwise)',
  cifar: 'Convolutional networks for CIFAR (3 x 32 x 32 and 10 classes)',
  imagenet: 'Convolutional networks for ImageNet (3 x 224 x 224 and 1,000 classes)',
  'hardt-ma': 'All-convolutional network (3 x 32 x 32 and 10 classes)',
  vanilla: 'Vanilla convolutional network (1 x 28 x 28 and 10 classes)',
  du: "Networks of Du et al.'s theorems (784 values, or 3 x 32 x 32; 10 classes)",
}

const groups: readonly GroupName[] = ['dense', 'cifar', 'imagenet', 'hardt-ma', 'vanilla', 'du']

/** For the help: every preset, and every option with what may be written and what holds without it. */
export function describePresets(): PresetGroup[] {
  return groups.map((group) => {
    const members = families.filter((family) => family.group === group)
    const keys = [...new Set(members.flatMap(({ options }) => Object.keys(options)))]
    return {
      title: groupTitles[group],
      presets: members.map((family) => {
        return { name: titleOf(family), means: family.means, options: Object.keys(family.options) }
      }),
      options: keys.map((key) => {
        const owners = members.filter(({ options }) => key in options)
        const [{ values, means }] = owners.map(({ options }) => options[key])
        return { key, presets: owners.map(titleOf), values, means, fallback: fallbackOf(key, owners) }
      }),
    }
  })
}

/** `a, or b with preact-resnet-N` */
function fallbackOf(key: string, owners: readonly Family[]): string {
  const fallbacks = [...new Set(owners.map(({ options }) => options[key].fallback))]
  return fallbacks
    .map((fallback, index) => {
      const names = owners.filter(({ options }) => options[key].fallback === fallback).map(titleOf)
      return index === 0 ? fallback : `or ${fallback} with ${names.join(', ')}`
    })
    .join(', ')
}
