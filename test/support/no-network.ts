// Imported into every Node process of a journey: writes down each way out of this computer that is taken, and that it looked.
import { appendFileSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const log = (what: string): void =>
  appendFileSync(process.env['SOFTPROMPT_SOCKETS'] ?? '', `${String(process.pid)} ${what}\n`)

type Call = (...args: unknown[]) => unknown

/** Tells `look` of every call of a method, and lets it through. */
function watch(owner: object, name: string, look: (args: readonly unknown[]) => void): void {
  const methods = owner as Record<string, Call>
  const original = methods[name] as Call
  methods[name] = function (this: unknown, ...args: unknown[]) {
    look(args)
    return original.apply(this, args)
  }
}

/** Pipes to other processes of this computer have a path and no address. */
watch(net.Socket.prototype, 'connect', ([first]) => {
  const options: unknown = Array.isArray(first) ? first[0] : first
  const local = typeof options === 'string' || (options as { readonly path?: string } | undefined)?.path !== undefined
  if (!local) log(`connect ${JSON.stringify(options)}`)
})
for (const owner of [dns, dns.promises])
  for (const name of Object.keys(owner).filter((each) => /^(lookup|resolve|reverse)/.test(each)))
    watch(owner, name, ([host]) => {
      log(`dns ${String(host)}`)
    })
watch(dgram, 'createSocket', () => {
  log('datagram')
})
syncBuiltinESMExports()

/** Sockets of native code never pass through Node: the kernel's own tables list them. */
function lookAtKernel(): void {
  const inodes = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]
    } catch {
      return undefined
    }
  })
  const own = new Set(inodes)
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'])
    for (const line of readFileSync(`/proc/self/net/${table}`, 'utf8').split('\n').slice(1)) {
      const inode = line.trim().split(/\s+/)[9]
      if (inode !== undefined && own.has(inode)) log(`kernel ${table} ${line.trim()}`)
    }
}

const onLinux = process.platform === 'linux'
if (onLinux) setInterval(lookAtKernel, 50).unref()
process.on('exit', () => {
  if (onLinux) lookAtKernel()
  log(`looked ${process.argv[1] ?? ''}`)
})
