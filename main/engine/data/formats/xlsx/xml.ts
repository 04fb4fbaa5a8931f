// XML as it comes in: names without prefixes, and no text or tag above a size.
import { SaxesParser } from 'saxes'

export type Attributes = Readonly<Record<string, string>>

export interface XmlHandlers {
  readonly open?: (name: string, attributes: Attributes) => void
  readonly text?: (text: string) => void
  readonly close?: (name: string) => void
}

/** Characters between one tag and the next at most; a cell of a sheet holds 32,767. */
const maxTextLength = 4_000_000

/** Thrown where the text is not well-formed, or beyond the size. */
export class BrokenXml extends Error {}

export interface XmlReader {
  /** Error: BrokenXml. */
  readonly write: (bytes: Uint8Array) => void
  /** Error: BrokenXml where an element is still open. */
  readonly end: () => void
}

/** Entities beyond the five that XML itself has are not known, so that none can grow. */
export function createXmlReader({ open, text, close }: XmlHandlers): XmlReader {
  const decoder = new TextDecoder()
  const parser = new SaxesParser()
  let since = 0
  parser.on('error', (error) => {
    throw new BrokenXml(error.message)
  })
  parser.on('opentag', ({ name, attributes }) => {
    since = 0
    open?.(localName(name), attributes)
  })
  parser.on('closetag', ({ name }) => {
    since = 0
    close?.(localName(name))
  })
  parser.on('text', (piece) => text?.(piece))
  parser.on('cdata', (piece) => text?.(piece))
  const write = (piece: string): void => {
    since += piece.length
    parser.write(piece)
    if (since > maxTextLength) throw new BrokenXml('a text in it is too long')
  }
  return {
    write: (bytes) => {
      write(decoder.decode(bytes, { stream: true }))
    },
    end: () => {
      write(decoder.decode())
      parser.close()
    },
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
