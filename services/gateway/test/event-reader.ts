/** One server-sent event. */
export interface ReadEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

/** Reads events as they come, until the stream or the reader ends. */
export async function* readEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): AsyncGenerator<ReadEvent> {
  const response = await fetch(url, { headers, ...(signal ? { signal } : {}) });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id, event = '', data = ''] =
        /^(?:id: (.*)\n)?event: (.*)\ndata: (.*)/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (event !== '') yield { id, event, data: JSON.parse(data) as unknown };
    }
  }
}
