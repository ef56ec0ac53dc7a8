import type { RuntimeMessage, RuntimeRequest } from '@shotloom/testing';
import type { Platform } from './platform';

/** Lets the program that started the runtime stop and restart single units: the crash tests do. */
export function listenForRequests(platform: Platform, tell: (message: RuntimeMessage) => void): void {
  process.on('message', (message: RuntimeRequest) => {
    if (message.type !== 'request') return;
    void answer(platform, message).then(tell);
  });
}

async function answer(platform: Platform, request: RuntimeRequest): Promise<RuntimeMessage> {
  try {
    const unit = platform.unit(request.unit);
    await (request.action === 'restart' ? unit.restart(request.signal) : unit.stop(request.signal));
    return { type: 'answer', id: request.id };
  } catch (error) {
    return { type: 'answer', id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
}
