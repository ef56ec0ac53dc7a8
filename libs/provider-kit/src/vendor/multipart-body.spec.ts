import { encodeMultipart, type MultipartPart } from './multipart-body';

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 2);
  yield bytes.subarray(2);
}

async function sent(
  parts: readonly MultipartPart[],
): Promise<{ form: FormData; announced: number; length: number }> {
  const { contentType, sizeBytes, chunks } = encodeMultipart(parts);
  const bytes: Uint8Array[] = [];
  for await (const chunk of chunks()) bytes.push(chunk);
  const body = Buffer.concat(bytes);
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  return { form, announced: sizeBytes, length: body.length };
}

const file = (more: Partial<{ sizeBytes: number; filename: string }> = {}): MultipartPart => ({
  ...{ name: 'content', filename: 'a "b".png', contentType: 'image/png', sizeBytes: 5 },
  open: () => Promise.resolve(inChunks(Buffer.from('bytes'))),
  ...more,
});

it('is read by others as it was meant, and knows its length before', async () => {
  const { form, announced, length } = await sent([{ name: 'metadata', text: '{"ü":1}' }, file()]);
  expect(form.get('metadata')).toBe('{"ü":1}');
  const content = form.get('content') as File;
  expect({ type: content.type, text: await content.text() }).toEqual({ type: 'image/png', text: 'bytes' });
  expect(announced).toBe(length);
});

it('lets no file name make a field of its own', async () => {
  const { form } = await sent([file({ filename: 'x"\r\n\r\nevil\r\n' })]);
  expect([...form.keys()]).toEqual(['content']);
});

it('refuses a file that is not as long as was said', async () => {
  await expect(sent([file({ sizeBytes: 6 })])).rejects.toMatchObject({
    code: 'internal',
    outcome: 'refused',
  });
});
