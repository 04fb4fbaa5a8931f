// What a key does in the rows' grid.
import type { RowState } from '../../../../../main/contract/records.ts'
import { labelOfKey, rowsMoved } from '../../../ui/row-keys.ts'

export type GridCommand =
  | { readonly name: 'rows'; readonly by: number; readonly extend: boolean }
  | { readonly name: 'columns'; readonly by: number }
  | { readonly name: 'toggle' }
  | { readonly name: 'edit' }
  | { readonly name: 'clear' }
  | { readonly name: 'all' }
  | { readonly name: 'state'; readonly state: RowState }
  | { readonly name: 'label'; readonly label: string }

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>

/** The command of a key, undefined if the grid has none for it. `page`: rows that fit; keys 1 to 9 set `labels`. */
export function commandOf(
  { key, shiftKey, ctrlKey, metaKey }: Key,
  page: number,
  labels: readonly string[],
): GridCommand | undefined {
  const commands: Readonly<Record<string, GridCommand>> = {
    ArrowRight: { name: 'columns', by: 1 },
    ArrowLeft: { name: 'columns', by: -1 },
    ' ': { name: 'toggle' },
    Enter: { name: 'edit' },
    Escape: { name: 'clear' },
    Delete: { name: 'state', state: 'trash' },
  }
  const by = rowsMoved(key, page)
  if (by !== undefined) return { name: 'rows', by, extend: shiftKey }
  const command = commands[key]
  if (command) return command
  const control = ctrlKey || metaKey
  if (key.toLowerCase() === 'x' && !control) return { name: 'state', state: 'excluded' }
  if (key.toLowerCase() === 'a' && control) return { name: 'all' }
  const label = labelOfKey(key, labels)
  return label === undefined || ctrlKey ? undefined : { name: 'label', label }
}
