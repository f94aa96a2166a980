/** Sets a fixed seed for property tests, so that every run tests the same cases. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20261122 })
