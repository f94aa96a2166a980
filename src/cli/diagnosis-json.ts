/** A diagnosis as JSON: the answer first, in the order of the text and the page, and then everything else. */
import type { Diagnosis } from '../index.ts'
import { wrongSentence } from '../internal.ts'
import { cureFile, cureWords } from './diagnosis.ts'
import { factsJson, unexpected } from './facts-text.ts'

interface JsonFacts {
  /** Folder of the diagnosis, or null if nothing was stored. */
  readonly folder: string | null
  readonly label: string
  /** The words of the command line that began the diagnosis; absent if a program did so. */
  readonly words?: readonly string[]
}

/** Fields in the order in which the text and the page answer. All other fields follow. */
const answerFields = [
  'verdict',
  'sentence',
  'answer',
  'cure',
  'noCure',
  'confidence',
  'basis',
  'picture',
  'findings',
  'ruledOut',
]

export function diagnosisJson(diagnosis: Diagnosis, facts: JsonFacts): object {
  const { folder, label, words } = facts
  const entries = Object.entries({
    ...diagnosis,
    sentence: wrongSentence(diagnosis),
    facts: factsJson(unexpected(diagnosis.facts, label), words),
    removed: factsJson(diagnosis.removed),
    cure: folder === null ? null : cureJson(folder, diagnosis, label, words),
  })
  const first = answerFields.flatMap((name) => entries.filter(([key]) => key === name))
  return { network: label, run: folder, ...Object.fromEntries([...first, ...entries]) }
}

/** The cure of a diagnosis as JSON, with the command that trains the mended network and the file of a changed network. */
function cureJson(folder: string, diagnosis: Diagnosis, label: string, words?: readonly string[]) {
  const { cure } = diagnosis
  if (cure === null) return null
  const command = words && cureWords(diagnosis, label, words, folder)
  return { ...cure, command: command ?? null, network: cure.network === null ? label : cureFile(folder) }
}
