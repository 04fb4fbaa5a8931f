// What a terminal shows, and what a pipe gets.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { StudioEvent } from '../../../main/contract/service.ts'
import { createOutput } from '../../../main/hosts/cli/output.ts'

function capture(isTTY: boolean, json = false) {
  const captured = { out: '' }
  const out = { isTTY, columns: 60, write: (text: string) => (captured.out += text) }
  return { captured, output: createOutput({ out, err: out }, json) }
}

const progress = (done: number): StudioEvent => ({ event: 'progress', stage: 'preparing', done, total: 100 })

describe('on a terminal', () => {
  it('a bar is drawn in place, within the line, and wiped before other output', () => {
    const { captured, output } = capture(true)
    output.event(progress(0))
    output.event(progress(100))
    expect(captured.out).toContain('\r\x1b[2K[========================] preparing 100 of 100')
    for (const line of captured.out.split('\r\x1b[2K')) expect(line.length).toBeLessThan(60)
    output.say('Done.')
    expect(captured.out).toMatch(/\r\x1b\[2KDone\.\n$/)
  })

  it('nothing is left of the bar at the end', () => {
    const { captured, output } = capture(true)
    output.event(progress(100))
    output.end()
    expect(captured.out).toMatch(/\r\x1b\[2K$/)
  })
})

describe('a run', () => {
  const outlook = (left: number): StudioEvent => {
    const none = { done: 0, left: 0 }
    return { event: 'outlook', phase: 'learn', phases: { prepare: none, learn: { done: 0, left }, judge: none }, left }
  }

  it.each([true, false])('says the time to its verdict with its progress, terminal: %s', (isTerminal) => {
    const { captured, output } = capture(isTerminal)
    output.event(outlook(130))
    output.event(progress(100))
    expect(captured.out).toContain('about 2 min left')
    output.event({ event: 'state', run: 'run-1', state: 'finished', message: undefined })
    captured.out = ''
    output.event({ event: 'progress', stage: 'other work', done: 1, total: 1 })
    expect(captured.out).not.toContain('left')
  })
})

it.each([true, false])('the time left is said of any long work, terminal: %s', (isTerminal) => {
  const clock = vi.spyOn(performance, 'now')
  onTestFinished(() => void clock.mockRestore())
  const { captured, output } = capture(isTerminal)
  clock.mockReturnValue(1000)
  output.event(progress(0))
  expect(captured.out).not.toContain('left')
  clock.mockReturnValue(11_000)
  output.event(progress(25))
  expect(captured.out).toContain('about 30 s left')
})

describe('in a pipe', () => {
  it('progress is reported in plain lines, at most one for each tenth', () => {
    const { captured, output } = capture(false)
    for (let done = 0; done <= 100; done++) output.event(progress(done))
    expect(captured.out.trimEnd().split('\n')).toHaveLength(11)
    expect(captured.out).not.toContain('\x1b')
  })

  it('streamed text stays together, and ends its line before the next word', () => {
    const { captured, output } = capture(false)
    output.event({ event: 'token', text: 'one ' })
    output.event({ event: 'token', text: 'two' })
    output.result({}, ['Done.'])
    expect(captured.out).toBe('one two\nDone.\n')
  })

  it('large amounts are bytes', () => {
    const { captured, output } = capture(false)
    output.event({ event: 'progress', stage: 'fetching', done: 50e6, total: 99e6 })
    expect(captured.out).toBe('fetching 50 MB of 99 MB\n')
  })
})

describe('with --json', () => {
  it('only events and the result are written', () => {
    const { captured, output } = capture(true, true)
    output.say('for people')
    output.event(progress(1))
    output.result({ run: 'a' }, ['for people'])
    expect(
      captured.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([progress(1), { event: 'result', run: 'a' }])
  })
})

describe('text of a file or model', () => {
  /** Sets the terminal's title, clears the screen, moves the cursor, turns the direction; and what may stay. */
  const hostile = 'a\x1b]0;title\x07b\x1b[2Jc\x9b2Jd\re\u202ef\x7f\u2066 Привет 你好 \u200f👍'
  const active = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

  it.each([true, false])('never acts on a terminal (%s), and stays readable', (isTTY) => {
    const { captured, output } = capture(isTTY)
    output.say(hostile)
    output.event({ event: 'token', text: hostile })
    output.event({ event: 'warning', step: 0, code: 'x', message: hostile })
    output.result({}, [hostile])
    output.event({ event: 'progress', stage: hostile, done: 1, total: 0 })
    output.end()
    const own = captured.out.replaceAll('\r\x1b[2K', '')
    expect(own).not.toMatch(active)
    expect(own).toContain('␛]0;title␇b␛[2Jc\\u009b2Jd␍e\\u202ef')
    expect(own).toContain('Привет 你好 \u200f👍')
  })

  it('is escaped in JSON, and reads the same', () => {
    const { captured, output } = capture(false, true)
    output.result({ label: hostile }, [])
    expect(captured.out.trimEnd()).not.toMatch(active)
    expect(JSON.parse(captured.out)).toMatchObject({ label: hostile })
  })
})
