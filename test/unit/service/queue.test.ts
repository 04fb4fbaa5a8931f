// The queue of short work: one at a time, but what hangs is not waited for.
import { expect, test } from 'vitest'
import { serialQueue } from '../../../main/service/queue.ts'

/** Work whose end a test decides. */
function work() {
  const end = Promise.withResolvers<undefined>()
  let giveWay = (): void => undefined
  const state = { began: false }
  return {
    state,
    end,
    giveWay: () => {
      giveWay()
    },
    run: (mayGiveWay: () => void) => {
      giveWay = mayGiveWay
      state.began = true
      return end.promise
    },
  }
}

const turn = (): Promise<void> => new Promise(setImmediate)

test('work waits for the one before it, however that ends', async () => {
  const queue = serialQueue()
  const [first, second] = [work(), work()]
  const failed = expect(queue(first.run)).rejects.toThrow('it failed')
  void queue(second.run)
  await turn()
  expect(second.state.began).toBe(false)
  first.end.reject(new Error('it failed'))
  await failed
  await turn()
  expect(second.state.began).toBe(true)
})

test('two may hang beside the others, and a third holds the queue', async () => {
  const queue = serialQueue()
  const all = [work(), work(), work(), work()]
  for (const each of all) void queue(each.run)
  for (const each of all.slice(0, 3)) {
    await turn()
    expect(each.state.began).toBe(true)
    each.giveWay()
  }
  await turn()
  expect(all[3]!.state.began).toBe(false)
  all[2]!.end.resolve(undefined)
  await turn()
  expect(all[3]!.state.began).toBe(true)
})
