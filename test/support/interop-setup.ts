// Makes the Python environments before the interop tests start: two files at once would install into one folder.
import { clientsPython, llamaPython, referencePython, spreadsheetPython } from './python-env.ts'

export default function setup(): void {
  referencePython()
  llamaPython()
  spreadsheetPython()
  clientsPython()
}
