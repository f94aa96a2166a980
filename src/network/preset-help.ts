/** The help on presets: every preset and every option of presets. */
import type { Family, GroupName } from './families/family.ts'
import { families, titleOf } from './families/table.ts'

export interface PresetRow {
  readonly name: string
  readonly means: string
  readonly options: readonly string[]
}

export interface PresetOptionRow {
  readonly key: string
  /** Names of the group's presets that have the option. */
  readonly presets: readonly string[]
  readonly values: string
  /** Value that applies if the option is left out. */
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
  autoencoder: 'Autoencoder (784 values, unless --data says otherwise)',
  cifar: 'Convolutional networks for CIFAR (3 x 32 x 32 and 10 classes)',
  imagenet: 'Convolutional networks for ImageNet (3 x 224 x 224 and 1,000 classes)',
  vgg: 'VGG networks (3 x 224 x 224 and 1,000 classes)',
  lenet: 'LeNet (1 x 28 x 28 and 10 classes)',
  'hardt-ma': 'All-convolutional network (3 x 32 x 32 and 10 classes)',
  vanilla: 'Vanilla convolutional network (1 x 28 x 28 and 10 classes)',
  du: "Networks of Du et al.'s theorems (784 values, or 3 x 32 x 32; 10 classes)",
}

const groups: readonly GroupName[] = [
  'dense',
  'autoencoder',
  'cifar',
  'imagenet',
  'vgg',
  'lenet',
  'hardt-ma',
  'vanilla',
  'du',
]

/** Lists every preset, and every option with its allowed values and its default, for the help. */
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

/** The text of an option's defaults, such as `a, or b with preact-resnet-N`. */
function fallbackOf(key: string, owners: readonly Family[]): string {
  const fallbacks = [...new Set(owners.map(({ options }) => options[key].fallback))]
  return fallbacks
    .map((fallback, index) => {
      const names = owners.filter(({ options }) => options[key].fallback === fallback).map(titleOf)
      return index === 0 ? fallback : `or ${fallback} with ${names.join(', ')}`
    })
    .join(', ')
}
