// Errors of the local API.
export const servingErrors = {
  'serving/writes': (prompt: string) =>
    `The prompt "${prompt}" writes its answers, so it has no labels to choose from. Ask it as a chat or a completion.`,
  'serving/no-context': (tokens: number, context: number) =>
    `The text takes ${String(tokens)} tokens, and the model reads at most ${String(context)} with its answer. Shorten it.`,
  'serving/schema': (why: string) => `The JSON Schema cannot be followed: ${why}.`,
  'serving/other-model': (prompt: string, own: string, served: string) =>
    `The prompt "${prompt}" works with ${own}, and not with ${served}. Serve it by itself, or leave it out.`,
  'serving/no-switch': () =>
    'A command such as softprompt serve has this studio open, and the switch works only in the studio itself. End that command first.',
  'serving/needs-key': (address: string) =>
    `${address} can be reached by other computers, so whoever asks needs a key. Make one first: softprompt serve keys add NAME.`,
  'serving/port-taken': (port: number) =>
    `Port ${String(port)} is used by another program. Choose another port, or end that program.`,
  'serving/no-address': (address: string) =>
    `This computer has no address ${address} to listen on. Choose one of its own, or leave --host out.`,
  'serving/key-name': (fault: string) => `This cannot be the name of a key: ${fault}.`,
  'serving/key-taken': (name: string) =>
    `There is already a key called "${name}". Choose another name, or revoke that one first.`,
  'serving/no-such-key': (name: string) => `There is no key called "${name}".`,
  'serving/keys-damaged': (path: string) =>
    `The file of keys ${path} cannot be read, so nobody is let in. Remove it, and make new keys.`,
  'serving/busy': () =>
    'As many models as are open at once are answering others, and none has become free. Ask again in a moment.',
  'serving/closed': () => 'The model has been closed before it answered. Ask again.',
} satisfies Record<string, (...details: never[]) => string>
