import { expect, it } from 'vitest'
import { guessedError, guessedLoss, guessOf } from './guessing.ts'

it('guessing has the scores of classes of the same size, unless the data give others', () => {
  expect(guessOf({ classes: 4 })).toEqual({ loss: Math.log(4), error: 0.75 })
  expect(guessOf({ classes: null })).toBeNull()
  const guess = { loss: 0.198, error: 0.05 }
  expect(guessOf({ classes: 2, guess })).toBe(guess)
  expect(guessedError({ classes: 2, guess })).toBe(
    'Always predicting the largest class misclassifies 5.0% of the training samples.',
  )
  expect(guessedError({ classes: 2, guess: { ...guess, testError: 0.06 } })).toBe(
    'Always predicting the largest class misclassifies 5.0% of the training samples and 6.0% of the test samples.',
  )
  expect(guessedError({ classes: 4 })).toBe('Guessing among 4 classes misclassifies 75% of the samples.')
  expect([guessedLoss({ classes: 10 }), guessedLoss({ classes: 2, guess })]).toEqual(['ln 10 = 2.30', '0.198'])
})
