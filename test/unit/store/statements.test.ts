// Compiled statements are used again, and never where that would change what they give.
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createStatements } from '../../../main/engine/store/statements.ts'

function open() {
  const database = new Database(':memory:')
  onTestFinished(() => void database.close())
  database.exec(`CREATE TABLE colours (name TEXT); INSERT INTO colours VALUES ('red'), ('green')`)
  return createStatements(database)
}

const all = 'SELECT * FROM colours'

describe('statements', () => {
  it('are compiled once', () => {
    const statementOf = open()
    expect(statementOf(all)).toBe(statementOf(all))
    expect(statementOf(all).all()).toEqual([{ name: 'red' }, { name: 'green' }])
  })

  it('are compiled anew while their rows are being read', () => {
    const statementOf = open()
    const [first] = statementOf(all).iterate()
    expect(first).toEqual({ name: 'red' })
    const rows = statementOf(all).iterate()
    rows.next()
    expect(statementOf(all).all()).toHaveLength(2)
    rows.return?.()
  })

  it('give a new column after a change of the schema', () => {
    const statementOf = open()
    expect(statementOf(all).all()[0]).toEqual({ name: 'red' })
    statementOf(`ALTER TABLE colours ADD COLUMN warm INTEGER DEFAULT 1`).run()
    expect(statementOf(all).all()[0]).toEqual({ name: 'red', warm: 1 })
  })

  it('keep pragmas from being forgotten, and themselves across a pragma', () => {
    const statementOf = open()
    const before = statementOf(all)
    statementOf('PRAGMA user_version = 7').run()
    expect(statementOf('PRAGMA user_version').all()).toEqual([{ user_version: 7 }])
    expect(statementOf(all)).toBe(before)
  })

  it('are dropped where too many others came since', () => {
    const statementOf = open()
    const before = statementOf(all)
    for (let i = 0; i < 100; i++) statementOf(`SELECT ${String(i)}`).all()
    expect(statementOf(all)).not.toBe(before)
    expect(statementOf(all).all()).toHaveLength(2)
  })
})
