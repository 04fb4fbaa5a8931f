// Code that asks a prompt on the shelf over the local API: complete programs, with what each language forbids in texts escaped.

export interface Asked {
  /** "http://127.0.0.1:8420". */
  readonly url: string
  readonly name: string
  /** Whether it chooses among labels; otherwise it writes. */
  readonly chooses: boolean
  readonly text: string
  readonly needsKey: boolean
}

export const languages = ['curl', 'powershell', 'python', 'javascript', 'excel'] as const
export type Language = (typeof languages)[number]

const KEY = 'YOUR_KEY'

const pathOf = ({ chooses }: Asked): string => (chooses ? '/v1/classify' : '/v1/chat/completions')

/** Of Python and JavaScript alike, and of JSON. */
const quoted = (text: string): string => JSON.stringify(text)

const bodyOf = ({ chooses, name, text }: Asked): string =>
  chooses
    ? `{"prompt": ${quoted(name)}, "text": ${quoted(text)}}`
    : `{"model": ${quoted(name)}, "messages": [{"role": "user", "content": ${quoted(text)}}]}`

/** In a shell, all but the quote itself stands for itself between single quotes. */
const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const curl = (asked: Asked): string =>
  [
    `curl ${asked.url}${pathOf(asked)}`,
    `-H 'content-type: application/json'`,
    ...(asked.needsKey ? [`-H 'authorization: Bearer ${KEY}'`] : []),
    `-d ${inShell(bodyOf(asked))}`,
  ].join(' \\\n  ')

/** Windows PowerShell sends and reads other letters than ASCII wrongly, and takes typographic quotes for its own. */
const inPowerShell = (json: string): string =>
  `'${json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).replaceAll("'", "''")}'`

/** On one line: what curl gets from PowerShell differs from version to version. */
const powershell = (asked: Asked): string => {
  const key = asked.needsKey ? ` -Headers @{ authorization = 'Bearer ${KEY}' }` : ''
  const request = `Invoke-RestMethod ${asked.url}${pathOf(asked)} -Method Post -ContentType 'application/json'${key}`
  const answer = asked.chooses ? 'answers[0].label' : 'choices[0].message.content'
  return `(${request} -Body ${inPowerShell(bodyOf(asked))}).${answer}`
}

const python = (asked: Asked): string => `import json
import urllib.request

request = urllib.request.Request(
    ${quoted(asked.url + pathOf(asked))},
    data=json.dumps(${bodyOf(asked)}).encode(),
    headers={"content-type": "application/json"${asked.needsKey ? `, "authorization": "Bearer ${KEY}"` : ''}},
)
with urllib.request.urlopen(request) as response:
    answer = json.load(response)
print(${asked.chooses ? 'answer["answers"][0]["label"], answer["answers"][0]["probability"]' : 'answer["choices"][0]["message"]["content"]'})
`

const javascript = (asked: Asked): string => `const response = await fetch(${quoted(asked.url + pathOf(asked))}, {
  method: "POST",
  headers: { "content-type": "application/json"${asked.needsKey ? `, authorization: "Bearer ${KEY}"` : ''} },
  body: JSON.stringify(${bodyOf(asked)}),
});
const answer = await response.json();
console.log(${asked.chooses ? 'answer.answers[0].label, answer.answers[0].probability' : 'answer.choices[0].message.content'});
`

/** A text of Power Query's language M, where a quote is doubled and "#(" begins an escape. */
const inM = (text: string): string =>
  `"${text.replaceAll('"', '""').replaceAll('#(', '#(#)(').replaceAll('\n', '#(lf)')}"`

const excel = (asked: Asked): string => {
  const body = asked.chooses
    ? `[prompt = ${inM(asked.name)}, text = text]`
    : `[model = ${inM(asked.name)}, messages = {[role = "user", content = text]}]`
  const answer = asked.chooses ? 'Answer[answers]{0}[label]' : 'Answer[choices]{0}[message][content]'
  const key = asked.needsKey ? `, #"authorization" = "Bearer ${KEY}"` : ''
  return `(text as text) as text =>
let
  Body = Json.FromValue(${body}),
  Headers = [#"content-type" = "application/json"${key}],
  Answer = Json.Document(Web.Contents(${inM(asked.url + pathOf(asked))}, [Headers = Headers, Content = Body]))
in
  ${answer}
`
}

export const snippets: Readonly<Record<Language, (asked: Asked) => string>> = {
  curl,
  powershell,
  python,
  javascript,
  excel,
}
