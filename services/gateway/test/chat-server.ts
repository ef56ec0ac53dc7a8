import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const requestSchema = z.object({
  model: z.string(),
  max_tokens: z.int(),
  messages: z.tuple([
    z.object({ role: z.literal('system'), content: z.string() }),
    z.object({ role: z.literal('user'), content: z.unknown() }),
  ]),
});
export type ChatRequest = z.infer<typeof requestSchema>;

/** An endpoint of OpenAI's chat completions, as servers of many makes speak it: checks what it is asked, and answers as it is told. */
export class ChatServer {
  readonly asked: { readonly request: ChatRequest; readonly authorization: string | undefined }[] = [];
  /** Says it all; by default what a well-behaved model says. */
  answer: (response: ServerResponse, request: ChatRequest) => void = (response) => this.say(response, GOOD);

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ChatServer> {
    const server = createServer((request, response) => void chat.take(request, response));
    const chat = new ChatServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return chat;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A completion with this text. */
  say(response: ServerResponse, content: string): void {
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', choices }));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const asked = requestSchema.safeParse(JSON.parse(body));
    if (request.url !== '/v1/chat/completions' || request.method !== 'POST' || !asked.success) {
      response.writeHead(400).end('{"error":{"message":"no such request"}}');
      return;
    }
    this.asked.push({ request: asked.data, authorization: request.headers.authorization });
    this.answer(response, asked.data);
  }
}

const GOOD = JSON.stringify({
  prompt: 'a lighthouse at dusk, waves in slow motion',
  motion: 'the beam of light turns slowly',
  keywords: ['slow motion'],
});
