/** Measures of plain English, to test the sentences that users read. */
import { sentencesOf, wordCount } from '../../scripts/prose/texts.mjs'

/** Returns the sentences of a text that have more words than any sentence of the project may have. */
export const longSentences = (text: string): readonly string[] =>
  sentencesOf(text).filter((sentence) => wordCount(sentence) > 30)
