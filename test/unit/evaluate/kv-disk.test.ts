// The KV precompute of all data sets shares a budget of disk space, and nobody deletes what a running process uses.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kvDiskRoom, leaseKvBlocks, pruneKvBlocks, reserveKvDisk } from '../../../main/engine/evaluate/kv-disk.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Writes blocks of 100 bytes, each used a second after the one before it; returns the folder of the data set. */
function withBlocks(root: string, names: readonly string[], from = 1000): string {
  const folder = join(root, '1')
  mkdirSync(folder, { recursive: true })
  for (const [i, name] of names.entries()) {
    writeFileSync(join(folder, name), new Uint8Array(100))
    utimesSync(join(folder, name), from + i, from + i)
  }
  return folder
}

describe('the disk space of the KV precompute', () => {
  it('is made by removing the least recently used blocks', async () => {
    const root = temporaryFolder()
    const folder = withBlocks(root, ['old', 'middle', 'new'])
    expect(await pruneKvBlocks(root, 250)).toBe(200)
    expect(readdirSync(folder).sort()).toEqual(['middle', 'new'])
    expect(await pruneKvBlocks(join(root, 'nowhere'), 0)).toBe(0)
  })

  it('keeps the blocks that a running process has used since it began, whatever the budget', async () => {
    const root = temporaryFolder()
    const folder = withBlocks(root, ['before'])
    const release = await leaseKvBlocks(root)
    withBlocks(root, ['used'], Date.now() / 1000)
    expect(await pruneKvBlocks(root, 0)).toBe(100)
    expect(readdirSync(folder)).toEqual(['used'])
    await release()
    expect(await pruneKvBlocks(root, 0)).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('forgets the lease of a process that was killed', async () => {
    const root = temporaryFolder()
    const folder = withBlocks(root, ['used'], Date.now() / 1000)
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const lease = join(root, 'in-use', 'of the child')
    mkdirSync(join(root, 'in-use'))
    writeFileSync(lease, String(child.pid))
    utimesSync(lease, 1000, 1000)
    expect(await pruneKvBlocks(root, 0)).toBe(100)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await pruneKvBlocks(root, 0)).toBe(0)
    expect([readdirSync(folder), existsSync(lease)]).toEqual([[], false])
  })

  it('counts its own blocks as free, so that a resumed run has the budget that it began with', async () => {
    const root = temporaryFolder()
    const { bavail, bsize } = statfsSync(root)
    // A tenth of what is free would show beside what other programs write meanwhile.
    const before = await reserveKvDisk(root, join(root, '1'), 1000)
    expect(before / ((bavail * bsize) / 2)).toBeCloseTo(1, 1)
    withBlocks(root, ['mine'])
    const again = await kvDiskRoom(root)
    expect(Math.abs(again - before)).toBeLessThan(before / 10)
    rmSync(join(root, '1'), { recursive: true })
  })

  it('is none where the folder cannot be made', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await reserveKvDisk(join(file, 'texts'), join(file, 'texts', '1'), 10)).toBe(0)
    expect(await kvDiskRoom(join(file, 'texts'))).toBe(0)
    await (
      await leaseKvBlocks(join(file, 'texts'))
    )()
  })
})
