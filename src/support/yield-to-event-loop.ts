/** Lets waiting signals, timers and other tasks run. Long computations call this function between their parts. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
