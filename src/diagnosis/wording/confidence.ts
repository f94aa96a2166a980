/** The grounds of an answer in words: what the answer rests on. */
import { counted } from '../../format/words.ts'
import type { Confidence, Grounds } from '../confidence.ts'
import { sentenceOf } from './words.ts'

const texts: Readonly<Record<Grounds, string>> = {
  cured: 'trainings tested the cause, and a change that mends the network was measured with fresh seeds',
  proven: 'trainings with one thing changed restored the training',
  observed: 'measurements and controls speak for the cause, and no single change removes it alone',
  contested: 'another possible cause could not be tested',
  sound: 'no test found a fault',
  'sound with open causes': 'no test found a fault, and some causes were not tested',
  undecided: 'no test decided the cause',
}

/** Returns one sentence, such as `Trainings with one thing changed restored the training (12 trainings in all).` */
export const basisText = ({ grounds }: Confidence, trainings: number): string =>
  sentenceOf(`${texts[grounds]} (${counted(trainings, 'training')} in all)`)
